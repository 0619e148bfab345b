package io.rapidbyte.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes settings up from a schema: the least that it might want, and such as nobody would want. Always the same. */
final class HostileSettings {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Enough to fill a name, a message or a packet of any system. */
    private static final int LONG_TEXT = 100_000;

    private static final int DEEP = 200;

    private HostileSettings() {}

    /** One setting made hostile; {@code what} names it for a report. */
    record Variant(String what, ObjectNode config) {}

    /** The smallest settings that the schema seems to want; whether it does take them is for the caller to ask. */
    static ObjectNode least(ObjectNode schema) {
        return example(schema) instanceof ObjectNode object ? object : JSON.objectNode();
    }

    private static JsonNode example(JsonNode schema) {
        for (String exact : List.of("const", "default")) {
            if (schema.has(exact)) {
                return schema.get(exact);
            }
        }
        if (schema.has("enum")) {
            return schema.path("enum").path(0);
        }
        for (String choice : List.of("oneOf", "anyOf")) {
            if (schema.has(choice) && !schema.has("properties")) {
                return example(schema.path(choice).path(0));
            }
        }
        String type = schema.path("type").isArray()
                ? schema.path("type").path(0).asText()
                : schema.path("type").asText("object");
        return switch (type) {
            case "string" ->
                JSON.textNode("x".repeat(Math.clamp(schema.path("minLength").asInt(1), 1, 1_000)));
            case "integer", "number" -> JSON.numberNode(schema.path("minimum").asInt(1));
            case "boolean" -> JSON.booleanNode(false);
            case "array" -> array(schema);
            default -> object(schema);
        };
    }

    private static ArrayNode array(JsonNode schema) {
        ArrayNode array = JSON.arrayNode();
        for (int i = 0; i < Math.clamp(schema.path("minItems").asInt(0), 0, 100); i++) {
            array.add(example(schema.path("items")));
        }
        return array;
    }

    private static ObjectNode object(JsonNode schema) {
        ObjectNode object = JSON.objectNode();
        List<JsonNode> required = new ArrayList<>();
        schema.path("required").forEach(required::add);
        schema.path("anyOf").path(0).path("required").forEach(required::add);
        schema.path("oneOf").path(0).path("required").forEach(required::add);
        required.forEach(key ->
                object.set(key.asText(), example(schema.path("properties").path(key.asText()))));
        return object;
    }

    /** {@code base} with each of the schema's settings, one at a time, missing or not as it should be. */
    static List<Variant> variants(ObjectNode schema, ObjectNode base) {
        List<Variant> variants = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String key = property.getKey();
            ObjectNode without = base.deepCopy();
            without.remove(key);
            variants.add(new Variant(key + " missing", without));
            values(property.getValue()).forEach((what, value) -> {
                ObjectNode config = base.deepCopy();
                config.set(key, value);
                variants.add(new Variant(key + " " + what, config));
            });
        }
        ObjectNode more = base.deepCopy();
        more.put("\u0000 unknown \uD83D\uDC0E", "x");
        variants.add(new Variant("an unknown key", more));
        variants.add(new Variant("no settings", JSON.objectNode()));
        return variants;
    }

    private static Map<String, JsonNode> values(JsonNode schema) {
        Map<String, JsonNode> values = new java.util.LinkedHashMap<>();
        values.put("an empty text", JSON.textNode(""));
        values.put("a very long text", JSON.textNode("x".repeat(LONG_TEXT)));
        values.put("a text of odd characters", JSON.textNode("\u0000';--\"\\\r\n\u202E\uD83D\uDC0E\uFFFF%s${HOME}"));
        values.put("0", JSON.numberNode(0));
        values.put("negative", JSON.numberNode(-1));
        values.put("the largest number", JSON.numberNode(Long.MAX_VALUE));
        values.put("a huge fraction", JSON.numberNode(1.5e300));
        values.put("null", JSON.nullNode());
        values.put("true", JSON.booleanNode(true));
        values.put("an empty list", JSON.arrayNode());
        values.put("a deep list", deep());
        values.put("an empty object", JSON.objectNode());
        values.put("a list of one odd text", JSON.arrayNode().add("\u0000'\"\uD83D\uDC0E"));
        values.put("an object of one odd key", JSON.objectNode().put("\u0000'\"\uD83D\uDC0E", -1));
        int choice = 0;
        for (JsonNode each : schema.path("enum")) {
            values.put("choice " + ++choice, each);
        }
        for (String bound : List.of("minimum", "maximum")) {
            Optional.ofNullable(schema.get(bound)).ifPresent(value -> values.put("its " + bound, value));
        }
        return values;
    }

    private static ArrayNode deep() {
        ArrayNode list = JSON.arrayNode();
        for (int i = 0; i < DEEP; i++) {
            list = JSON.arrayNode().add(list);
        }
        return list;
    }
}
