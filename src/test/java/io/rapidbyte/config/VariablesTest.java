package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariablesTest {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "HOST", "db.example",
            "PORT", "5433",
            "DIGITS", "0123",
            "EMPTY", "",
            "HOSTILE", "x\", port: 1}\nresources: {parallelism: 64}\n#",
            "REFERENCE", "${HOST}",
            "TRUE", "true");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "${HOST}                 | \"db.example\"",
                "'${HOST}'               | \"db.example\"",
                "${env:HOST}             | \"db.example\"",
                "${env:PORT}             | 5433",
                "${env:NOT_SET:-x}       | \"x\"",
                "tcp://${HOST}:${PORT}/  | \"tcp://db.example:5433/\"",
                "${PORT}                 | 5433",
                "\"${PORT}\"             | \"5433\"",
                "x${PORT}                | \"x5433\"",
                "5${PORT}                | \"55433\"",
                "${TRUE}                 | true",
                "${DIGITS}               | 123",
                "'${DIGITS}'             | \"0123\"",
                "${EMPTY}                | \"\"",
                "${NOT_SET:-5432}        | 5432",
                "${NOT_SET:-}            | \"\"",
                "${EMPTY:-fallback}      | \"fallback\"",
                "${HOST:-fallback}       | \"db.example\"",
                "${NOT_SET:-a:-b}        | \"a:-b\"",
                "$${HOST}                | \"${HOST}\"",
                "$$$${HOST}              | \"$${HOST}\"",
                "$$5                     | \"$5\"",
                "cost $5 or $x or $      | \"cost $5 or $x or $\"",
                "${REFERENCE}            | \"${HOST}\"",
            })
    void are_replaced_in_values(String scalar, String json) throws Exception {
        assertThat(value(scalar).toString()).isEqualTo(json);
    }

    private static Pipeline load(Path folder, String host) throws Exception {
        Path file = Files.writeString(folder.resolve("p.yaml"), Samples.good("host: localhost", "host: " + host));
        return PipelineLoader.load(file, ENVIRONMENT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "${file:digits}          | \"0123\"",
                "'<${file:lines}>'       | \"<a\\nb>\"",
                "${file:reference}       | \"${HOST}\\n\"",
                "${file:./inner/../digits} | \"0123\"",
            })
    void a_file_stands_for_what_it_holds(String scalar, String json, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("digits"), "0123\n");
        Files.writeString(folder.resolve("lines"), "a\nb\r\n");
        Files.writeString(folder.resolve("reference"), "${HOST}\n\n");
        Files.createDirectory(folder.resolve("inner"));
        assertThat(load(folder, scalar).source().config().path("host").toString())
                .isEqualTo(json);
        assertThat(load(folder, "${file:" + folder.resolve("digits") + "}")
                        .source()
                        .config()
                        .path("host")
                        .textValue())
                .isEqualTo("0123");
    }

    @ParameterizedTest
    @CsvSource({
        "missing, does not exist",
        "large, is larger than 131072 bytes",
        "bytes, is not UTF-8 text",
        "., is no ordinary file"
    })
    void what_is_wrong_with_a_file_is_said_without_its_content(String name, String problem, @TempDir Path folder)
            throws Exception {
        Files.writeString(folder.resolve("large"), "secret".repeat(ReferredFiles.MAX_BYTES / 6 + 1));
        Files.write(folder.resolve("bytes"), new byte[] {'s', 'e', 'c', 'r', 'e', 't', (byte) 0xff});
        assertThatThrownBy(() -> load(folder, "${file:" + name + "}\n    user: ${NOT_SET}"))
                .isInstanceOfSatisfying(PipelineException.class, e -> {
                    assertThat(e.problems()).hasSize(2);
                    assertThat(e.problems().getFirst().toString())
                            .contains("source.config.host")
                            .contains(problem)
                            .doesNotContain("secret");
                });
    }

    @Test
    void a_pipeline_that_is_no_file_refers_to_none() {
        assertThat(Samples.problems(Samples.good("host: localhost", "host: ${file:/etc/hostname}")))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("refers to a file"));
    }

    @Test
    void a_value_cannot_change_the_structure() throws Exception {
        Pipeline pipeline = parse("\"${HOSTILE}\"");
        assertThat(pipeline.source().config().get("host").textValue()).isEqualTo(ENVIRONMENT.get("HOSTILE"));
        assertThat(pipeline.resources().parallelism()).isEqualTo(2);
        assertThat(parse("${HOSTILE}").source().config()).hasSize(2);
    }

    @Test
    void are_replaced_in_every_kind_of_setting_but_never_in_keys() throws Exception {
        String text = Samples.GOOD
                .replace("parallelism: 2", "parallelism: ${PARALLELISM}")
                .replace("max_batch_bytes: 1mb", "max_batch_bytes: ${SIZE}")
                .replace("write_mode: replace", "write_mode: ${MODE}")
                .replace("name: users", "name: ${STREAM}")
                .replace("host: localhost", "${KEY}: 1");
        Pipeline pipeline = PipelineLoader.parse(
                text, "p.yaml", Map.of("PARALLELISM", "8", "SIZE", "2mb", "MODE", "append", "STREAM", "2024"));

        assertThat(pipeline.resources().parallelism()).isEqualTo(8);
        assertThat(pipeline.resources().limits().maxBatchBytes()).isEqualTo(2 << 20);
        assertThat(pipeline.destination().writeMode()).hasToString("APPEND");
        assertThat(pipeline.source().streams().getFirst().name()).isEqualTo("2024");
        assertThat(pipeline.source().config().has("${KEY}")).isTrue();
    }

    @Test
    void missing_ones_are_problems_of_their_line() {
        String text = Samples.GOOD
                .replace("host: localhost", "host: ${NOWHERE}-${NOR_HERE}")
                .replace("parallelism: 2", "parallelism: ${NOWHERE}");
        assertThat(Samples.problems(text))
                .containsExactly(
                        "p.yaml:6:11: source.config.host: the environment variable NOWHERE is not set (set it, or give a default: ${NOWHERE:-…})",
                        "p.yaml:6:11: source.config.host: the environment variable NOR_HERE is not set (set it, or give a default: ${NOR_HERE:-…})",
                        "p.yaml:24:16: resources.parallelism: the environment variable NOWHERE is not set (set it, or give a default: ${NOWHERE:-…})");
    }

    @ParameterizedTest
    @CsvSource({"${", "${}", "${1A}", "${A-B}", "a${B", "${A:=b}"})
    void broken_references_are_problems(String scalar) {
        assertThat(Samples.problems(Samples.good("host: localhost", "host: '" + scalar + "'"), Map.of("A", "1")))
                .containsExactly(
                        "p.yaml:6:11: source.config.host: a broken variable reference (write ${NAME}, ${NAME:-default} or ${file:path}, and $$ for a dollar sign)");
    }

    @Test
    void values_never_show_in_problems() {
        String text = Samples.GOOD
                .replace("parallelism: 2", "parallelism: ${SECRET}")
                .replace("write_mode: replace", "write_mode: ${SECRET}")
                .replace("max_batch_bytes: 1mb", "max_batch_bytes: ${SECRET}")
                .replace("pipeline: shop", "pipeline: ${SECRET}")
                .replace("version: \"1.0\"", "version: ${SECRET}");
        List<String> problems = Samples.problems(text, Map.of("SECRET", "hunter 2"));

        assertThat(problems).hasSize(5).noneMatch(problem -> problem.contains("hunter"));
    }

    @Test
    void many_references_to_a_long_value_stay_bounded() {
        String text = Samples.good("host: localhost", "host: \"" + "${A}".repeat(10_000) + "\"");
        assertThat(Samples.problems(text, Map.of("A", "x".repeat(100_000))))
                .containsExactly(
                        "p.yaml:6:11: source.config.host: longer than 1048576 characters with its variables replaced");
    }

    private static JsonNode value(String scalar) throws PipelineException {
        return parse(scalar).source().config().get("host");
    }

    private static Pipeline parse(String scalar) throws PipelineException {
        return PipelineLoader.parse(Samples.good("host: localhost", "host: " + scalar), "p.yaml", ENVIRONMENT);
    }
}
