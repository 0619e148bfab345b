package io.rapidbyte.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The schema in {@code conf}, and texts judged by it without any help of the loader. */
final class PublishedSchema {
    static final Path CONF = Path.of("conf");
    static final JsonNode ROOT = read();

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(ROOT);

    private PublishedSchema() {}

    static List<String> complaints(String yaml) {
        Object tree = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        return SCHEMA.validate(MAPPER.valueToTree(tree)).stream()
                .map(ValidationMessage::toString)
                .toList();
    }

    /** What the manifest of a connector has against its settings; nothing where it is not in the repository. */
    static List<String> complaints(String connector, JsonNode config) throws IOException {
        Path manifest = Path.of("connectors", connector, connector + ".manifest.json");
        if (!Files.exists(manifest)) {
            return List.of();
        }
        JsonNode schema = MAPPER.readTree(Files.readString(manifest)).path("config_schema");
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema).validate(config).stream()
                .map(ValidationMessage::toString)
                .toList();
    }

    /** The schema of one section. */
    static JsonNode section(SectionKeys keys) {
        return keys == SectionKeys.ROOT ? ROOT : ROOT.at("/$defs/" + keys.name().toLowerCase(Locale.ROOT));
    }

    /** The alternative of a property that has numeric bounds; missing where there is none. */
    static JsonNode bounds(JsonNode property) {
        for (JsonNode alternative : property.path("anyOf")) {
            if (alternative.has("minimum")) {
                return alternative;
            }
        }
        return MissingNode.getInstance();
    }

    /** The values that a property lists; empty for properties that are not a choice. */
    static List<String> choices(JsonNode property) {
        for (JsonNode alternative : property.path("anyOf")) {
            if (alternative.has("enum")) {
                return texts(alternative.path("enum"));
            }
        }
        return List.of();
    }

    /** The keys that a section cannot do without. */
    static List<String> required(SectionKeys keys) {
        return texts(section(keys).path("required"));
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .distinct()
                .toList();
    }

    private static JsonNode read() {
        try {
            return new ObjectMapper().readTree(Files.readString(CONF.resolve("pipeline.schema.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
