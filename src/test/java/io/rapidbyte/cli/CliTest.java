package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.model.FailureKind;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private int run(String... args) {
        return cli(Map.of(), false).run(args);
    }

    private Cli cli(Map<String, String> environment, boolean interactive) {
        return new Cli(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                interactive);
    }

    @AfterEach
    void give_the_logs_back() throws IOException {
        LogManager.getLogManager().readConfiguration();
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private JsonNode json() throws IOException {
        assertThat(out()).as("one line of JSON").matches("\\{[^\n]*}\n");
        return new ObjectMapper().readTree(out());
    }

    @Test
    void help_teaches_every_command_and_succeeds() {
        assertThat(run("--help")).isZero();
        assertThat(out()).contains("run ", "check ", "discover ", "connectors ", "demo ", "version ", "Examples:");
        assertThat(err()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void help_lists_the_exit_code_of_every_kind_of_failure(FailureKind kind) {
        run("--help");
        String cause = kind == FailureKind.CANCELLED ? "cancelled" : Text.word(kind) + ":";
        assertThat(out()).containsPattern("(?m)^ +" + kind.exitCode() + "  " + cause);
    }

    @Test
    void what_verify_calls_different_is_no_failures_exit_code() {
        run("--help");
        assertThat(out()).containsPattern("(?m)^ +" + VerifyCommand.DIFFERENT_EXIT_CODE + "  different:");
        assertThat(FailureKind.values()).noneMatch(kind -> kind.exitCode() == VerifyCommand.DIFFERENT_EXIT_CODE);
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void the_readme_lists_the_same_exit_codes(FailureKind kind) throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("basedir", ""), "README.md"));
        assertThat(readme).contains("| " + kind.exitCode() + " | " + Text.word(kind) + " |");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "verify", "discover", "connectors", "demo"})
    void each_command_shows_examples_and_where_exit_codes_stand(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out())
                .contains("Examples:", "rapidbyte " + command, "Exit codes")
                .doesNotContain("@|");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rnu",
                "run",
                "run a.yaml b.yaml",
                "run a.yaml --no-such",
                "--log-level loud version",
                "verify a.yaml --delete-extra",
                "verify a.yaml --repair --count-only"
            })
    void a_wrong_command_line_is_a_usage_error_and_says_where_to_look(String line) {
        assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(FailureKind.USAGE.exitCode());
        assertThat(err()).startsWith("rapidbyte: ").contains("--help");
        assertThat(out()).isEmpty();
    }

    @Test
    void a_wrong_command_line_is_told_to_machines_too() throws IOException {
        assertThat(run("run", "--json")).isEqualTo(FailureKind.USAGE.exitCode());
        assertThat(json().path("exit_code").asInt()).isEqualTo(FailureKind.USAGE.exitCode());
        assertThat(json().path("failure").path("kind").asText()).isEqualTo("usage");
    }

    @Test
    void events_and_the_result_do_not_share_standard_output() throws IOException {
        Path file = Files.writeString(folder.resolve("p.yaml"), "version: '1.0'\n");
        assertThat(run("run", file.toString(), "--json", "--events", "-")).isEqualTo(FailureKind.USAGE.exitCode());
        assertThat(err()).contains("--events");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json version", "version --json"})
    void global_options_stand_before_or_after_the_command(String line) throws IOException {
        assertThat(run(line.split(" "))).isZero();
        assertThat(json().path("command").asText()).isEqualTo("version");
        assertThat(json().path("java").asText()).contains("25");
    }

    @Test
    void version_is_an_option_as_well() {
        assertThat(run("--version")).isZero();
        assertThat(out()).startsWith("rapidbyte ");
    }

    @Test
    void a_pipeline_with_problems_lists_all_of_them_by_place_and_starts_nothing() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "version: '1.0'\npipelin: x\nsuorce: {}\n");
        assertThat(run("run", file.toString(), "--json")).isEqualTo(FailureKind.CONFIG.exitCode());
        assertThat(err()).contains("bad.yaml:2:", "bad.yaml:3:", "nothing was started");
        JsonNode problems = json().path("problems");
        assertThat(problems.size()).isGreaterThan(1);
        assertThat(problems.get(0).path("line").asInt()).isPositive();
        assertThat(json().path("status").asText()).isEqualTo("failed");
    }

    @Test
    void a_missing_pipeline_file_is_a_config_error_that_names_it() {
        assertThat(run("check", folder.resolve("none.yaml").toString())).isEqualTo(FailureKind.CONFIG.exitCode());
        assertThat(err()).contains("none.yaml");
    }

    @Test
    void colours_are_for_terminals_that_want_them() {
        cli(Map.of(), true).run("--help");
        assertThat(out()).contains("\u001b[");
        out.reset();
        cli(Map.of("NO_COLOR", "1"), true).run("--help");
        assertThat(out()).doesNotContain("\u001b[");
        out.reset();
        cli(Map.of(), false).run("--help");
        assertThat(out()).doesNotContain("\u001b[");
    }
}
