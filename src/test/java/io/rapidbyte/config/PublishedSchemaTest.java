package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What editors are told and what the loader does are the same. */
class PublishedSchemaTest {
    private static final Map<String, String> SECRETS =
            Map.of("SOURCE_PASSWORD", "1", "DEST_PASSWORD", "2", "MASK_SALT", "3");

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(PublishedSchema.CONF)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void every_key_of_the_loader_is_in_the_schema_and_no_other(SectionKeys keys) {
        JsonNode section = PublishedSchema.section(keys);
        assertThat(section.path("properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(keys.names());
        assertThat(section.path("additionalProperties").asBoolean(true)).isFalse();
        section.path("properties")
                .forEach(property -> assertThat(property.has("description") || property.has("$ref"))
                        .as("%s says what it means", property)
                        .isTrue());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void every_example_passes_both(Path file) throws Exception {
        assertThat(PublishedSchema.complaints(Files.readString(file))).isEmpty();
        Pipeline pipeline = PipelineLoader.load(file, SECRETS);
        assertThat(pipeline.source().config().get("password").textValue()).isEqualTo("1");
        assertThat(Files.readAllLines(file).getFirst())
                .isEqualTo("# yaml-language-server: $schema=pipeline.schema.json");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void every_example_configures_its_connectors_as_their_manifests_say(Path file) throws Exception {
        Pipeline pipeline = PipelineLoader.load(file, SECRETS);
        assertThat(PublishedSchema.complaints(
                        pipeline.source().use(), pipeline.source().config()))
                .isEmpty();
        for (TransformSettings transform : pipeline.transforms()) {
            assertThat(PublishedSchema.complaints(transform.use(), transform.config()))
                    .isEmpty();
        }
        assertThat(PublishedSchema.complaints(
                        pipeline.destination().use(), pipeline.destination().config()))
                .isEmpty();
    }

    @Test
    void the_full_example_has_every_key() throws Exception {
        Origins origins =
                PipelineLoader.load(Path.of("conf/full.yaml"), SECRETS).origins();
        for (SectionKeys section : SectionKeys.values()) {
            if (section == SectionKeys.PREOPEN) {
                // No connector of ours asks for a folder, so that none can be handed one.
                continue;
            }
            String parent = section.place().replace("[]", ".0").replace('.', '/');
            for (String key : section.names()) {
                String pointer = (parent.isEmpty() ? "" : "/" + parent) + "/" + key;
                // a schedule has cron or every, never both
                if (!pointer.equals("/schedule/every")) {
                    assertThat(origins.marks()).containsKey(pointer);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void both_require_the_same_keys(SectionKeys keys) {
        List<String> required = PublishedSchema.required(keys);
        // A mapping that holds none of its keys: an unknown one keeps it from being a null.
        String nothing = "x: {}";
        String text = switch (keys) {
            case ROOT -> nothing;
            case SOURCE, DESTINATION, STATE, RESOURCES, SCHEDULE -> keys.place() + ": {" + nothing + "}";
            case TRANSFORM -> "transforms: [{" + nothing + "}]";
            case STREAM -> "source: {streams: [{" + nothing + "}]}";
            case SCHEMA_EVOLUTION -> "destination: {schema_evolution: {" + nothing + "}}";
            case PERMISSIONS, LIMITS, NETWORK, ENV, FS, PREOPEN -> nested(keys, nothing);
        };
        String place = keys == SectionKeys.ROOT ? "" : keys.place().replace("[]", "[0]") + ".";
        assertThat(Samples.problems(text).stream()
                        .filter(problem -> problem.endsWith(": is missing"))
                        .map(problem -> problem.split(": ", 3)[1])
                        .filter(key -> key.startsWith(place) && key.indexOf('.', place.length()) < 0))
                .containsExactlyInAnyOrderElementsOf(
                        required.stream().map(key -> place + key).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "parallelism",
                "max_batch_bytes",
                "max_inflight_batches",
                "checkpoint_interval_bytes",
                "checkpoint_interval_rows",
                "checkpoint_interval_seconds",
                "max_retries"
            })
    void both_have_the_same_range_and_default(String key) throws Exception {
        JsonNode property = PublishedSchema.section(SectionKeys.RESOURCES)
                .path("properties")
                .path(key);
        JsonNode bounds = PublishedSchema.bounds(property);
        long min = bounds.path("minimum").longValue();
        long max = bounds.path("maximum").longValue();

        assertThat(range(key, min)).noneMatch(problem -> problem.contains(" is not "));
        assertThat(range(key, max)).noneMatch(problem -> problem.contains(" is not "));
        assertThat(range(key, min - 1)).anyMatch(problem -> problem.contains(" is not "));
        assertThat(range(key, max + 1)).anyMatch(problem -> problem.contains(" is not "));
        assertThat(Samples.parse(withResource(key, property.path("default").asText()))
                        .resources())
                .isEqualTo(Resources.DEFAULT);
    }

    @Test
    void both_have_the_same_choices() {
        for (SectionKeys section : SectionKeys.values()) {
            PublishedSchema.section(section).path("properties").properties().forEach(property -> {
                List<String> choices = PublishedSchema.choices(property.getValue());
                if (!choices.isEmpty()) {
                    assertThat(complaintAboutChoice(section, property.getKey()))
                            .contains("is not one of " + String.join(", ", choices));
                }
            });
        }
    }

    /** A section below others, in its dotted place. */
    private static String nested(SectionKeys section, String content) {
        String text = "{" + content + "}";
        for (String part : List.of(section.place().split("\\.")).reversed()) {
            text = part.endsWith("[]")
                    ? "{" + part.substring(0, part.length() - 2) + ": [" + text + "]}"
                    : "{" + part + ": " + text + "}";
        }
        return text;
    }

    private static String complaintAboutChoice(SectionKeys section, String key) {
        String line = key + ": nothing_of_the_sort";
        String text = switch (section) {
            case NETWORK, PREOPEN -> nested(section, line);
            case SOURCE, TRANSFORM, ROOT, PERMISSIONS, LIMITS, ENV, FS ->
                throw new AssertionError("no choices there so far: " + key);
            case DESTINATION, STATE, RESOURCES, SCHEDULE -> section.place() + ": {" + line + "}";
            case STREAM -> "source: {streams: [{" + line + "}]}";
            case SCHEMA_EVOLUTION -> "destination: {schema_evolution: {" + line + "}}";
        };
        return String.join("\n", Samples.problems(text));
    }

    private static List<String> range(String key, long value) {
        return Samples.problems(withResource(key, Long.toString(value)));
    }

    private static String withResource(String key, String value) {
        return Samples.GOOD.substring(0, Samples.GOOD.indexOf("resources:")) + "resources: {" + key + ": " + value
                + "}\n";
    }
}
