package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference that people read says what the published schema says, which in turn is what the loader does. */
class ReferenceTest {
    private record Row(String type, String fallback, String range, String meaning) {}

    @ParameterizedTest
    @EnumSource
    void has_a_row_for_every_key_in_its_order(SectionKeys keys) throws IOException {
        assertThat(rows(keys).keySet()).containsExactlyElementsOf(keys.names());
    }

    @ParameterizedTest
    @EnumSource
    void tells_defaults_ranges_and_choices_truthfully(SectionKeys keys) throws IOException {
        JsonNode section = PublishedSchema.section(keys);
        List<String> required = PublishedSchema.required(keys);
        rows(keys).forEach((key, row) -> {
            JsonNode property = section.path("properties").path(key);
            assertThat(row.fallback()).as("default of " + key).isEqualTo(fallback(property, required.contains(key)));
            JsonNode bounds = PublishedSchema.bounds(property);
            if (!bounds.isMissingNode()) {
                assertThat(row.range()).as("range of " + key).isEqualTo(range(row, bounds));
            }
            List<String> choices = PublishedSchema.choices(property);
            if (!choices.isEmpty()) {
                assertThat(row.type()).as("choices of " + key).isEqualTo("`" + String.join("`, `", choices) + "`");
            }
            assertThat(row.meaning()).as("meaning of " + key).endsWith(".");
        });
    }

    private static String fallback(JsonNode property, boolean required) {
        JsonNode value = property.path("default");
        if (required) {
            return "required";
        }
        return value.isMissingNode() || value.isContainerNode() ? "none" : "`" + value.asText() + "`";
    }

    private static String range(Row row, JsonNode bounds) {
        long min = bounds.path("minimum").longValue();
        long max = bounds.path("maximum").longValue();
        return row.type().equals("size")
                ? "`" + ByteSize.format(min) + "` to `" + ByteSize.format(max) + "`"
                : "`" + min + "` to `" + max + "`";
    }

    private static Map<String, Row> rows(SectionKeys keys) throws IOException {
        String title = keys == SectionKeys.ROOT ? "## top level" : "## " + keys.place();
        List<String> lines = Files.readAllLines(PublishedSchema.CONF.resolve("REFERENCE.md"));
        assertThat(lines).contains(title);
        Map<String, Row> rows = new LinkedHashMap<>();
        for (String line : lines.subList(lines.indexOf(title) + 1, lines.size())) {
            if (line.startsWith("## ")) {
                break;
            }
            if (line.startsWith("| `")) {
                List<String> cells = new ArrayList<>(
                        Arrays.stream(line.split("\\|", -1)).map(String::strip).toList());
                rows.put(
                        cells.get(1).replace("`", ""), new Row(cells.get(2), cells.get(3), cells.get(4), cells.get(5)));
            }
        }
        return rows;
    }
}
