package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Knows which settings are secret: those the schema marks {@code "writeOnly": true}, and those named like one (I31). */
final class Secrets {
    private static final Pattern NAMED_LIKE_ONE =
            Pattern.compile(".*(password|passwd|passphrase|secret|token|private_?key|client_?key|api_?key).*");

    private final Set<String> marked = new HashSet<>();

    Secrets(ObjectNode schema) {
        collect(schema);
    }

    /** Whether the value at {@code pointer}, or an object around it, is secret. */
    boolean covers(String pointer) {
        for (String key : pointer.split("/", -1)) {
            if (isSecret(key)) {
                return true;
            }
        }
        return false;
    }

    private boolean isSecret(String key) {
        return marked.contains(key)
                || NAMED_LIKE_ONE.matcher(key.toLowerCase(Locale.ROOT)).matches();
    }

    /** Every secret value as text, however deep. */
    Set<String> valuesIn(JsonNode config) {
        Set<String> values = new HashSet<>();
        for (Map.Entry<String, JsonNode> property : config.properties()) {
            if (isSecret(property.getKey())) {
                collectTexts(property.getValue(), values);
            }
        }
        config.forEach(child -> values.addAll(valuesIn(child)));
        return values;
    }

    private static void collectTexts(JsonNode value, Set<String> texts) {
        if (value.isValueNode() && !value.isNull()) {
            texts.add(value.asText());
        }
        value.forEach(child -> collectTexts(child, texts));
    }

    /** Takes every secret value out, however deep. */
    void removeFrom(JsonNode config) {
        if (config instanceof ObjectNode object) {
            object.properties().removeIf(property -> isSecret(property.getKey()));
        }
        config.forEach(this::removeFrom);
    }

    /** A key marked in one place counts as secret everywhere: too careful rather than too talkative. */
    private void collect(JsonNode schema) {
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            if (property.getValue().path("writeOnly").asBoolean(false)) {
                marked.add(property.getKey());
            }
        }
        schema.forEach(this::collect);
    }
}
