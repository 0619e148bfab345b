package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads one JSON object key by key and notes all that is wrong with it: missing keys, wrong types,
 * values out of range and, at {@link #finish}, keys nobody asked for. A getter that finds a problem
 * gives a stand-in, so that one pass finds every problem. One thread.
 */
final class StrictJson {
    private final ObjectNode node;
    private final String pointer;
    private final List<ConfigIssue> issues;
    private final Set<String> known = new TreeSet<>();

    StrictJson(ObjectNode node, String pointer, List<ConfigIssue> issues) {
        this.node = node;
        this.pointer = pointer;
        this.issues = issues;
    }

    String string(String key) {
        return optionalString(key).orElseGet(() -> {
            missing(key);
            return "";
        });
    }

    Optional<String> optionalString(String key) {
        return find(key).flatMap(value -> {
            if (!value.isTextual()) {
                wrongType(key, value, "a string");
                return Optional.of("");
            }
            return Optional.of(value.textValue());
        });
    }

    int integer(String key, int least, int most, int otherwise) {
        return find(key)
                .map(value -> {
                    if (!value.isIntegralNumber()) {
                        wrongType(key, value, "a whole number");
                    } else if (!value.canConvertToInt() || value.intValue() < least || value.intValue() > most) {
                        problem(key, "must be from " + least + " to " + most + ", not " + value.asText());
                    } else {
                        return value.intValue();
                    }
                    return otherwise;
                })
                .orElse(otherwise);
    }

    boolean bool(String key, boolean otherwise) {
        return find(key)
                .map(value -> {
                    if (!value.isBoolean()) {
                        wrongType(key, value, "true or false");
                    }
                    return value.asBoolean(otherwise);
                })
                .orElse(otherwise);
    }

    /** A string that stands for one of {@code values}. */
    <T> T choice(String key, Map<String, T> values, T otherwise) {
        return find(key)
                .map(value -> {
                    if (!value.isTextual()) {
                        wrongType(key, value, "a string");
                        return otherwise;
                    }
                    T chosen = values.get(value.textValue());
                    if (chosen == null) {
                        problem(key, "must be one of " + String.join(", ", new TreeSet<>(values.keySet())));
                        return otherwise;
                    }
                    return chosen;
                })
                .orElse(otherwise);
    }

    List<String> strings(String key) {
        List<String> strings = new ArrayList<>();
        find(key).ifPresent(value -> {
            if (!value.isArray()) {
                wrongType(key, value, "a list of strings");
                return;
            }
            for (int i = 0; i < value.size(); i++) {
                JsonNode element = value.get(i);
                if (element.isTextual()) {
                    strings.add(element.textValue());
                } else {
                    wrongType(key + "/" + i, element, "a string");
                }
            }
        });
        return strings;
    }

    /** The objects in a list. */
    List<StrictJson> objects(String key) {
        List<StrictJson> objects = new ArrayList<>();
        find(key).ifPresent(value -> {
            if (!value.isArray()) {
                wrongType(key, value, "a list of objects");
                return;
            }
            for (int i = 0; i < value.size(); i++) {
                if (value.get(i) instanceof ObjectNode element) {
                    objects.add(new StrictJson(element, at(key) + "/" + i, issues));
                } else {
                    wrongType(key + "/" + i, value.get(i), "an object");
                }
            }
        });
        return objects;
    }

    Optional<StrictJson> object(String key) {
        return objectNode(key).map(value -> new StrictJson(value, at(key), issues));
    }

    /** The object under {@code key}, which must be there; an empty one stands in for it. */
    StrictJson requiredObject(String key) {
        return object(key).orElseGet(() -> {
            if (!node.has(key)) {
                missing(key);
            }
            return new StrictJson(JsonNodeFactory.instance.objectNode(), at(key), new ArrayList<>());
        });
    }

    Optional<ObjectNode> objectNode(String key) {
        return find(key).flatMap(value -> {
            if (value instanceof ObjectNode object) {
                return Optional.of(object);
            }
            wrongType(key, value, "an object");
            return Optional.empty();
        });
    }

    void problem(String key, String message) {
        issues.add(new ConfigIssue(key.isEmpty() ? pointer : at(key), message));
    }

    void missing(String key) {
        problem(key, "is missing");
    }

    /** To be called last: reports the keys that no getter asked for. */
    void finish() {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                String hint = Nearest.to(name, known)
                        .map(near -> "; did you mean \"" + near + "\"?")
                        .orElse("");
                issues.add(new ConfigIssue(at(name), "unknown key" + hint));
            }
        });
    }

    private Optional<JsonNode> find(String key) {
        known.add(key);
        return Optional.ofNullable(node.get(key));
    }

    private void wrongType(String key, JsonNode value, String wanted) {
        problem(key, "must be " + wanted + ", not " + kind(value));
    }

    private String at(String key) {
        return pointer + "/" + (node.has(key) ? key.replace("~", "~0").replace("/", "~1") : key);
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case BOOLEAN -> "a truth value";
            case NULL, MISSING -> "null";
            case NUMBER -> "a number";
            case OBJECT, POJO -> "an object";
            case STRING, BINARY -> "a string";
        };
    }
}
