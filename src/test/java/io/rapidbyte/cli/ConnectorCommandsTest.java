package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.LogManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What authors and operators of connectors type. */
class ConnectorCommandsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private int run(String... args) {
        return new Cli(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of("XDG_DATA_HOME", folder.resolve("data").toString()),
                        false)
                .run(args);
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
    }

    @AfterEach
    void give_the_logs_back() throws IOException {
        LogManager.getLogManager().readConfiguration();
    }

    /** The test transform under another name, in a folder. */
    private static Path install(Path folder, String name, String version) throws IOException {
        Files.createDirectories(folder);
        Path source = Path.of("connectors", "test-transform");
        String manifest = Files.readString(source.resolve("test-transform.manifest.json"))
                .replace("rapidbyte/test-transform", "acme/" + name)
                .replace("test-transform.wasm", name + ".wasm")
                .replace("\"version\": \"0.1.0\"", "\"version\": \"" + version + "\"");
        Files.writeString(folder.resolve(name + ".manifest.json"), manifest);
        return Files.copy(source.resolve("test-transform.wasm"), folder.resolve(name + ".wasm"));
    }

    @Test
    void the_list_says_what_each_connector_is_and_may_do() throws Exception {
        assertThat(run("connectors")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("rapidbyte/source-postgres", "full_refresh, incremental", "hosts of its settings", "verified")
                .contains("rapidbyte/transform-mask", "nothing");
    }

    @Test
    void connectors_in_the_users_folder_are_found_by_name_and_version() throws Exception {
        Path own = folder.resolve("data/rapidbyte/connectors");
        install(own, "transform-own", "1.0.0");
        install(own.resolve("transform-own@2.0.0"), "transform-own", "2.0.0");
        assertThat(run("connectors", "show", "acme/transform-own@2.0.0", "--json"))
                .isZero();
        assertThat(json().path("connector").path("location").asText()).contains("transform-own@2.0.0");
        assertThat(json().path("connector").path("checksum").asText()).isEqualTo("verified");
        out.reset();
        assertThat(run("connectors", "show", "transform-own", "--json")).isZero();
        assertThat(json().path("connector").path("version").asText()).isEqualTo("1.0.0");
        assertThat(json().path("config_schema").path("properties").has("action"))
                .isTrue();
    }

    @Test
    void a_folder_beside_the_program_is_searched() {
        assertThat(ConnectorFolders.ofDistribution(Path.of("/opt/rapidbyte/lib/rapidbyte.jar")))
                .containsExactly(Path.of("/opt/rapidbyte/lib/connectors"), Path.of("/opt/rapidbyte/connectors"));
        assertThat(ConnectorFolders.ofDistribution(Path.of("/srv/rapidbyte.jar")))
                .containsExactly(Path.of("/srv/connectors"));
    }

    @Test
    void show_prints_the_schema_of_the_settings() throws Exception {
        assertThat(run("connectors", "show", "source-postgres")).isZero();
        assertThat(json().path("properties").path("port").path("default").asInt())
                .isEqualTo(5432);
    }

    @Test
    void a_connector_that_is_not_there_is_a_config_failure() {
        assertThat(run("connectors", "show", "source-postgrse")).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("did you mean \"source-postgres\"?");
    }

    @Test
    void the_conformance_suite_tells_its_verdicts_and_an_exit_code() throws Exception {
        Path config = Files.writeString(folder.resolve("conformance.yaml"), "config: {action: drop_odd_rows}");
        String module = "connectors/test-transform/test-transform.wasm";
        assertThat(run("connector", "test", module, "--config", config.toString(), "--clause", "rows-01", "--json"))
                .isEqualTo(1);
        assertThat(json().path("verdicts").path(0).path("clause").asText()).isEqualTo("ROWS-01");
        assertThat(json().path("verdicts").path(0).path("outcome").asText()).isEqualTo("fail");
        out.reset();
        assertThat(run("connector", "test", module, "--config", config.toString(), "--clause", "LIFE-01"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("PASS", "LIFE-01", "1 passed, 0 failed, 0 skipped");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "config: {};steram: x | unknown key \"steram\"",
                "stream: x | lacks the key \"config\"",
            })
    void a_wrong_file_of_settings_is_told(String yaml, String message) throws Exception {
        Path config = Files.writeString(folder.resolve("conformance.yaml"), yaml.replace(';', '\n'));
        assertThat(run("connector", "test", "transform-mask", "--config", config.toString()))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"source-lines", "dest-lake", "transform-words"})
    void a_scaffold_is_a_whole_project(String name) throws Exception {
        assertThat(run("scaffold", name, "--dir", folder.toString(), "--sdk", "connectors/sdk"))
                .isZero();
        Path project = folder.resolve(name);
        assertThat(project.resolve("src/lib.rs")).exists();
        assertThat(Files.isExecutable(project.resolve("build"))).isTrue();
        try (var files = Files.walk(project)) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContainPattern("@[A-Z]+@"));
        }
        assertThat(new ObjectMapper()
                        .readTree(project.resolve(name + ".manifest.json").toFile())
                        .path("id")
                        .asText())
                .isEqualTo("example/" + name);
        assertThat(run("scaffold", name, "--dir", folder.toString(), "--sdk", "connectors/sdk"))
                .as("nothing is overwritten")
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"source-lines", "dest-lake", "transform-words"})
    void a_scaffold_in_c_needs_no_sdk(String name) throws Exception {
        assertThat(run("scaffold", name, "--lang", "c", "--dir", folder.toString()))
                .isZero();
        assertThat(folder.resolve(name).resolve("connector.c")).exists();
        assertThat(folder.resolve(name).resolve("rapidbyte.h")).exists();
        assertThat(Files.exists(folder.resolve(name).resolve("arrow.c"))).isEqualTo(name.startsWith("source"));
    }

    @Test
    void a_scaffold_wants_a_name_that_says_what_it_is() {
        assertThat(run("scaffold", "lines", "--dir", folder.toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("source-lines");
    }
}
