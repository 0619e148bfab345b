package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds a connector's settings against the schema in its manifest and says what is wrong in words for
 * the person who wrote them. Immutable; safe on any thread.
 */
final class ConfigCheck {
    private static final String DRAFT_2020_12 = "https://json-schema.org/draft/2020-12/schema";

    private final ObjectNode schema;
    private final JsonSchema compiled;
    private final Secrets secrets;

    ConfigCheck(ObjectNode schema) {
        this.schema = schema;
        this.secrets = new Secrets(schema);
        boolean newest = schema.path("$schema").asText().startsWith(DRAFT_2020_12);
        this.compiled = JsonSchemaFactory.getInstance(newest ? VersionFlag.V202012 : VersionFlag.V7)
                .getSchema(
                        schema,
                        SchemaValidatorsConfig.builder()
                                .pathType(PathType.JSON_POINTER)
                                .formatAssertionsEnabled(true)
                                .locale(Locale.ENGLISH)
                                .build());
    }

    /** All issues, in the order of their places; empty if the settings are sound. */
    List<ConfigIssue> issues(ObjectNode config) {
        List<ConfigIssue> issues = new ArrayList<>();
        for (ValidationMessage message : compiled.validate(config)) {
            issues.add(issue(message));
        }
        issues.sort(Comparator.comparing(ConfigIssue::pointer).thenComparing(ConfigIssue::message));
        return issues.stream().distinct().toList();
    }

    /** Takes the secrets of these settings out of texts. */
    Redaction redaction(ObjectNode config) {
        return Redaction.of(secrets.valuesIn(config));
    }

    /** A copy without secret values. */
    ObjectNode withoutSecrets(ObjectNode config) {
        ObjectNode copy = config.deepCopy();
        secrets.removeFrom(copy);
        return copy;
    }

    boolean hides(String pointer) {
        String first = pointer.split("/", -1)[1].replace("~1", "/").replace("~0", "~");
        return secrets.covers(pointer) || !schema.path("properties").has(first);
    }

    private ConfigIssue issue(ValidationMessage message) {
        String pointer = message.getInstanceLocation().toString();
        String property = Optional.ofNullable(message.getProperty()).orElse("");
        String rule = message.getType();
        return switch (rule) {
            case "required" -> new ConfigIssue(pointer, "lacks the key \"" + property + "\"");
            case "additionalProperties", "unevaluatedProperties" ->
                new ConfigIssue(pointer + "/" + property, "unknown key" + hint(message, property));
            case "type" -> new ConfigIssue(pointer, type(message));
            case "enum" -> new ConfigIssue(pointer, "must be one of " + values(message.getSchemaNode()));
            default ->
                new ConfigIssue(
                        pointer,
                        secrets.covers(pointer)
                                ? "breaks the rule \"" + rule + "\" of the connector's schema"
                                : withoutPlace(message));
        };
    }

    /** The validator's own sentence begins with the place, which the issue names anyway. */
    private static String withoutPlace(ValidationMessage message) {
        String text = message.getMessage();
        String place = message.getInstanceLocation() + ": ";
        return text.startsWith(place) ? text.substring(place.length()) : text;
    }

    private static String type(ValidationMessage message) {
        String wanted = values(message.getSchemaNode());
        JsonNode found = message.getInstanceNode();
        return "must be " + wanted
                + (found == null ? "" : ", not " + found.getNodeType().name().toLowerCase(Locale.ROOT));
    }

    private static String values(JsonNode allowed) {
        List<String> texts = new ArrayList<>();
        if (allowed.isArray()) {
            allowed.forEach(value -> texts.add(value.asText()));
        } else {
            texts.add(allowed.asText());
        }
        return String.join(", ", texts);
    }

    private String hint(ValidationMessage message, String property) {
        JsonNode at =
                schema.at(ownerOf(message.getSchemaLocation().getFragment().toString()));
        Set<String> known = new TreeSet<>();
        at.path("properties").fieldNames().forEachRemaining(known::add);
        return Nearest.to(property, known)
                .map(near -> "; did you mean \"" + near + "\"?")
                .orElseGet(() -> known.isEmpty() ? "" : "; known are " + String.join(", ", known));
    }

    /** From the place of a keyword in the schema to the schema it stands in. */
    private static String ownerOf(String keywordPointer) {
        return keywordPointer.substring(0, Math.max(0, keywordPointer.lastIndexOf('/')));
    }
}
