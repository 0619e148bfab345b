package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.launcher.Program;
import io.rapidbyte.launcher.Program.Outcome;
import io.rapidbyte.model.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of the packed program, with connectors that need no server. */
class RunIT {
    private static final String ENDLESS = "rows: 1000000000";

    @TempDir
    Path folder;

    private Outcome rapidbyte(String... args) throws IOException, InterruptedException {
        return Program.run(folder, Map.of(), Program.script(Program.script(), args));
    }

    private static String connectors() {
        return Program.project().resolve("connectors").toString();
    }

    private String pipeline(String sourceConfig) throws IOException {
        return Files.writeString(folder.resolve("pipeline.yaml"), """
                        version: "1.0"
                        pipeline: numbers
                        source:
                          use: test-source
                          config: { %s }
                          streams: [{ name: numbers }]
                        destination:
                          use: test-dest
                          write_mode: append
                        """.formatted(sourceConfig))
                .toString();
    }

    private static JsonNode json(String line) throws IOException {
        return new ObjectMapper().readTree(line);
    }

    @Test
    void a_run_tells_people_and_machines_apart() throws Exception {
        Outcome outcome = rapidbyte("run", pipeline("rows: 1000"), "--json", "--connectors", connectors());
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        JsonNode result = json(outcome.out());
        assertThat(result.path("status").asText()).isEqualTo("succeeded");
        assertThat(result.path("exit_code").asInt()).isZero();
        assertThat(result.path("streams").path(0).path("rows_read").asInt()).isEqualTo(1000);
        assertThat(outcome.err()).contains("numbers", "1,000", "succeeded").doesNotContain("\u001b", "interpreter");
    }

    @Test
    void events_come_as_lines_in_order() throws Exception {
        Outcome outcome = rapidbyte("run", pipeline("rows: 1000"), "--events", "-", "-q", "--connectors", connectors());
        assertThat(outcome.err()).isEmpty();
        long expected = 1;
        String last = "";
        for (String line : outcome.out().lines().toList()) {
            assertThat(json(line).path("sequence").asLong()).isEqualTo(expected++);
            last = json(line).path("type").asText();
        }
        assertThat(last).isEqualTo("run_finished");
    }

    @Test
    void a_failed_source_has_its_exit_code_and_an_advice() throws Exception {
        Outcome outcome = rapidbyte(
                "run", pipeline("rows: 1000, fail_at_row: 500, mode: error"), "--json", "--connectors", connectors());
        JsonNode failure = json(outcome.out()).path("failure");
        FailureKind kind = FailureKind.valueOf(failure.path("kind").asText().toUpperCase(Locale.ROOT));
        assertThat(outcome.exitCode()).isEqualTo(kind.exitCode()).isNotZero();
        assertThat(failure.path("stage").asText()).startsWith("source");
        assertThat(outcome.err())
                .contains("failure: source", "[" + failure.path("code").asText() + "]");
    }

    @Test
    void a_signal_cancels_cleanly() throws Exception {
        Process process = Program.start(
                folder,
                Map.of(),
                Program.script(
                        Program.script(),
                        "run",
                        pipeline(ENDLESS),
                        "--json",
                        "--connectors",
                        connectors(),
                        "--events",
                        "events"));
        awaitProgress(folder.resolve("events"));
        process.destroy(); // SIGTERM; SIGINT takes the same way
        Outcome outcome = Program.finish(folder, process);
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(FailureKind.CANCELLED.exitCode());
        assertThat(json(outcome.out()).path("status").asText()).isEqualTo("cancelled");
        assertThat(outcome.err()).contains("cancelling");
    }

    private static void awaitProgress(Path events) throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!Files.exists(events) || !Files.readString(events).contains("stream_progress")) {
            assertThat(System.nanoTime())
                    .as("a run makes progress within a minute")
                    .isLessThan(giveUp);
            Thread.sleep(50);
        }
    }

    @Test
    void the_interpreter_announces_itself_in_one_line() throws Exception {
        Outcome outcome = Program.run(
                folder,
                Map.of("RAPIDBYTE_NO_REEXEC", "1"),
                Program.javaJar("run", pipeline("rows: 10"), "-q", "--connectors", connectors()));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        // the JVM warns of its own accord of a method that Truffle calls
        assertThat(outcome.err().lines().filter(line -> !line.startsWith("WARNING: ")))
                .singleElement()
                .asString()
                .contains("no optimising compiler", "RAPIDBYTE_NO_REEXEC");
    }

    @Test
    void the_bundled_connectors_are_listed_and_usable() throws Exception {
        JsonNode listed = json(rapidbyte("connectors", "--json").out()).path("connectors");
        assertThat(listed.findValuesAsText("name")).contains("source-postgres", "dest-postgres", "transform-mask");
        assertThat(listed.findValuesAsText("usable")).containsOnly("true");
        assertThat(listed.findValuesAsText("checksum")).containsOnly("verified");
    }
}
