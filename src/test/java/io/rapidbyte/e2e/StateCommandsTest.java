package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.cli.Cli;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.StreamReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line tells of the state that runs leave behind. */
class StateCommandsTest {
    @TempDir
    Path folder;

    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute(
                "create table events (id bigint primary key, at timestamptz not null, what text)",
                "insert into events select i, timestamptz '2026-01-01' + (i / 10) * interval '1 second', 'event ' || i"
                        + " from generate_series(1, 5000) i");
    }

    private PipelineText pipeline() {
        return new PipelineText(source, target).append().incremental("events", "at", "");
    }

    private void assertSame() {
        assertThat(target.fingerprint("events")).isEqualTo(source.fingerprint("events"));
    }

    @Test
    void the_command_line_shows_the_cursor_and_the_runs_and_forgets_on_request() throws IOException {
        RunReport first = succeed(pipeline());
        String file =
                Files.writeString(folder.resolve("p.yaml"), pipeline().text()).toString();

        JsonNode events = json("state", "show", file).at("/streams/0");
        assertThat(events.at("/stream").asText()).isEqualTo("events");
        assertThat(events.at("/load/status").asText()).isEqualTo("complete");
        assertThat(events.at("/load/rows").asLong()).isEqualTo(5000);
        assertThat(events.at("/cursor/type").asText()).isEqualTo("timestamptz");
        assertThat(events.at("/cursor/value").asText()).startsWith("2026-01-01");

        assertThat(json("runs", "list", file).at("/runs/0/run_id").asText()).isEqualTo(first.runId());
        JsonNode run = json("runs", "show", first.runId(), file).at("/run");
        assertThat(run.at("/status").asText()).isEqualTo("succeeded");
        assertThat(run.at("/streams/0/rows_written").asLong()).isEqualTo(5000);
        assertThat(json("dlq", "list", file).at("/dead_letters")).isEmpty();

        assertThat(json("state", "reset", file, "--stream", "events")
                        .at("/streams/0/forgotten")
                        .asBoolean())
                .isTrue();
        target.execute("truncate events");
        assertThat(rows(succeed(pipeline()))).isEqualTo(5000);
        assertSame();
    }

    @Test
    void rows_that_the_destination_refuses_are_kept_and_shown_I20() throws IOException {
        target.execute("create table events (id bigint primary key check (id % 1000 <> 0), at timestamptz not null,"
                + " what text)");
        PipelineText keeping = pipeline().destination("on_data_error: dlq");
        RunReport report = succeed(keeping);
        assertThat(rows(report)).isEqualTo(4995);
        assertThat(report.streams().getFirst().rowsRejected()).isEqualTo(5);
        assertThat(target.value("select count(*) from events")).isEqualTo("4995");

        String file =
                Files.writeString(folder.resolve("p.yaml"), keeping.text()).toString();
        JsonNode letters = json("dlq", "list", file).at("/dead_letters");
        assertThat(letters).hasSize(5);
        assertThat(letters.findValuesAsText("row")).allMatch(row -> row.contains("000"));
        JsonNode shown =
                json("dlq", "show", letters.get(0).get("id").asText(), file).at("/dead_letter");
        assertThat(shown.get("schema").asText()).contains("\"name\":\"at\"");
    }

    @Test
    void what_is_not_there_is_told_with_the_exit_code_of_the_state() throws IOException {
        String file =
                Files.writeString(folder.resolve("p.yaml"), pipeline().text()).toString();
        assertThat(run(new ByteArrayOutputStream(), "runs", "show", "nowhere", file))
                .isEqualTo(7);
        assertThat(run(new ByteArrayOutputStream(), "dlq", "show", "1234567", file))
                .isEqualTo(7);
        assertThat(run(new ByteArrayOutputStream(), "state", "reset", file, "--stream", "nowhere"))
                .isEqualTo(2);
    }

    private static long rows(RunReport report) {
        return report.streams().stream().mapToLong(StreamReport::rowsWritten).sum();
    }

    private static JsonNode json(String... words) throws IOException {
        String[] args = Arrays.copyOf(words, words.length + 1);
        args[words.length] = "--json";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(run(out, args)).isZero();
        return new ObjectMapper().readTree(out.toByteArray());
    }

    private static int run(ByteArrayOutputStream out, String... args) {
        PrintStream err = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Map<String, String> environment = Map.of("RAPIDBYTE_STATE", Runs.STATE_FILE.toString());
        return new Cli(new PrintStream(out, true, StandardCharsets.UTF_8), err, environment, false).run(args);
    }
}
