package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.model.LogScope;
import io.rapidbyte.model.RunEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogFormatTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    private final Terminal terminal =
            new Terminal(stream, stream, false, false, false, () -> WindowSize.USUAL, LogFormat.JSON);

    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : err.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void what_connectors_say_has_its_run_stream_and_stage() throws IOException {
        Progress progress = new Progress(terminal, LogLevel.WARN, () -> 0);
        progress.accept(new RunEvent.Log("r1", 1, AT, Optional.of("users"), "source (x)", "warn", "slow\nserver"));
        progress.accept(new RunEvent.Log("r1", 2, AT, Optional.of("users"), "source (x)", "info", "not asked for"));
        assertThat(lines()).hasSize(1);
        assertThat(lines().getFirst())
                .hasToString("{\"at\":\"2026-01-02T03:04:05Z\",\"level\":\"warn\","
                        + "\"logger\":\"rapidbyte.connector\",\"message\":\"slow\\nserver\",\"run_id\":\"r1\","
                        + "\"stream\":\"users\",\"stage\":\"source (x)\"}");
    }

    @Test
    void a_record_has_its_thread_and_its_error() throws IOException {
        LogRecord record = new LogRecord(Level.WARNING, "it broke");
        record.setThrown(new IllegalStateException("why"));
        record.setLoggerName("io.rapidbyte.x");
        terminal.log(LogLine.of(record, "it broke"));
        JsonNode line = lines().getFirst();
        assertThat(line.path("level").asText()).isEqualTo("warn");
        assertThat(line.path("thread").asText())
                .isEqualTo(Thread.currentThread().getName());
        assertThat(line.path("error").asText()).startsWith("java.lang.IllegalStateException: why");
    }

    @Test
    void what_the_host_logs_on_behalf_of_a_run_has_its_run_stream_and_stage() throws IOException {
        LogRecord record = new LogRecord(Level.WARNING, "it broke");
        LogScope.of("r1").run(() -> terminal.log(LogLine.of(record, "it broke")));
        LogScope.of("r1").stream("users").stage("source (x)").run(() -> terminal.log(LogLine.of(record, "it broke")));
        assertThat(lines().getFirst().path("run_id").asText()).isEqualTo("r1");
        assertThat(lines().getFirst().has("stream")).isFalse();
        assertThat(lines().getLast().path("run_id").asText()).isEqualTo("r1");
        assertThat(lines().getLast().path("stream").asText()).isEqualTo("users");
        assertThat(lines().getLast().path("stage").asText()).isEqualTo("source (x)");
    }

    @Test
    void everything_that_a_command_says_is_an_object() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code = new Cli(new PrintStream(out, true, StandardCharsets.UTF_8), stream, Map.of(), true)
                .run("check", "/no/such/pipeline.yaml", "--log-format", "json");
        assertThat(code).isEqualTo(3);
        assertThat(lines())
                .isNotEmpty()
                .allSatisfy(line ->
                        assertThat(line.path("message").asText()).isNotEmpty().doesNotContain("\u001b"));
        assertThat(out.size()).isZero();
    }
}
