package io.rapidbyte.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.config.Variables.Resolved;
import io.rapidbyte.config.YamlNode.Entry;
import io.rapidbyte.config.YamlNode.Mapping;
import io.rapidbyte.config.YamlNode.Refused;
import io.rapidbyte.config.YamlNode.Scalar;
import io.rapidbyte.config.YamlNode.Sequence;
import java.math.BigInteger;
import java.util.OptionalLong;

/** A connector's settings: YAML with the types of YAML 1.2's core schema, as JSON. */
final class JsonValues {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private JsonValues() {}

    static ObjectNode object(Reading reading, Mapping mapping, KeyPath path) {
        ObjectNode object = JSON.objectNode();
        for (Entry entry : mapping.entries()) {
            object.set(entry.key(), value(reading, entry.value(), path.key(entry.key())));
        }
        return object;
    }

    /** The value of a scalar of type INT; empty where a long cannot hold it. */
    static OptionalLong integer(String text) {
        BigInteger value = bigInteger(text);
        return value.bitLength() < Long.SIZE ? OptionalLong.of(value.longValue()) : OptionalLong.empty();
    }

    private static JsonNode value(Reading reading, YamlNode node, KeyPath path) {
        return switch (node) {
            case Mapping mapping -> object(reading, mapping, path);
            case Sequence sequence -> array(reading, sequence, path);
            case Scalar scalar ->
                reading.variables()
                        .resolve(scalar, path)
                        .map(resolved -> scalar(reading, scalar, resolved, path))
                        .orElseGet(JSON::nullNode);
            case Refused refused -> JSON.nullNode();
        };
    }

    private static ArrayNode array(Reading reading, Sequence sequence, KeyPath path) {
        ArrayNode array = JSON.arrayNode();
        for (YamlNode item : sequence.items()) {
            array.add(value(reading, item, path.item(array.size())));
        }
        return array;
    }

    private static JsonNode scalar(Reading reading, Scalar scalar, Resolved resolved, KeyPath path) {
        String text = resolved.text();
        return switch (resolved.type()) {
            case NULL -> JSON.nullNode();
            case BOOL -> JSON.booleanNode(text.charAt(0) == 't' || text.charAt(0) == 'T');
            case INT -> number(bigInteger(text));
            case FLOAT -> floating(reading, scalar, text, path);
            case TEXT -> JSON.textNode(text);
        };
    }

    private static JsonNode number(BigInteger value) {
        if (value.bitLength() < Integer.SIZE) {
            return JSON.numberNode(value.intValue());
        }
        return value.bitLength() < Long.SIZE ? JSON.numberNode(value.longValue()) : JSON.numberNode(value);
    }

    private static JsonNode floating(Reading reading, Scalar scalar, String text, KeyPath path) {
        double value = text.endsWith("f") || text.endsWith("F") || text.endsWith("n") || text.endsWith("N")
                ? Double.NaN
                : Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            reading.problems().add(scalar.mark(), path, "a number that JSON cannot carry", "put it in quotes");
            return JSON.nullNode();
        }
        return JSON.numberNode(value);
    }

    private static BigInteger bigInteger(String text) {
        if (text.startsWith("0x")) {
            return new BigInteger(text.substring(2), 16);
        }
        return text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
    }
}
