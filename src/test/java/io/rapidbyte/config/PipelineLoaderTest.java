package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.config.Origins.Mark;
import io.rapidbyte.model.Compression;
import io.rapidbyte.model.CursorNulls;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.SchemaEvolution;
import io.rapidbyte.model.StreamLimits;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineLoaderTest {
    private static final String LEAST = """
            version: "1.0"
            pipeline: p
            source: {use: s, streams: [{name: t}]}
            destination: {use: d, write_mode: append}
            """;

    @TempDir
    Path folder;

    @Test
    void reads_every_part() throws Exception {
        Pipeline pipeline = Samples.parse(Samples.GOOD);

        assertThat(pipeline.name()).isEqualTo("shop");
        assertThat(pipeline.source().use()).isEqualTo("source-postgres");
        assertThat(pipeline.source().config()).hasToString("{\"host\":\"localhost\",\"port\":5432}");
        assertThat(pipeline.source().streams()).extracting(StreamSettings::name).containsExactly("users", "orders");
        assertThat(pipeline.source().streams().getFirst().columns()).contains(List.of("id", "email"));
        assertThat(pipeline.transforms()).hasSize(1);
        assertThat(pipeline.transforms().getFirst().config()).hasToString("{\"fields\":[\"email\"]}");
        assertThat(pipeline.destination().writeMode()).isEqualTo(WriteMode.REPLACE);
        assertThat(pipeline.resources().parallelism()).isEqualTo(2);
        assertThat(pipeline.resources().limits().maxBatchBytes()).isEqualTo(1 << 20);
        assertThat(pipeline.resources().compression()).isEqualTo(Compression.ZSTD);
    }

    @Test
    void what_is_left_out_has_its_documented_default() throws Exception {
        Pipeline pipeline = Samples.parse(LEAST);

        assertThat(pipeline.source().config()).isEmpty();
        assertThat(pipeline.source().streams())
                .containsExactly(new StreamSettings("t", SyncMode.FULL_REFRESH, Optional.empty(), Optional.empty()));
        assertThat(pipeline.transforms()).isEmpty();
        assertThat(pipeline.destination().primaryKey()).isEmpty();
        assertThat(pipeline.destination().policies())
                .isEqualTo(new StreamPolicies(
                        DataErrorPolicy.FAIL,
                        new SchemaEvolution(
                                SchemaEvolution.NewColumn.ADD,
                                SchemaEvolution.RemovedColumn.IGNORE,
                                SchemaEvolution.TypeChange.FAIL,
                                SchemaEvolution.NullabilityChange.ALLOW)));
        assertThat(pipeline.destination().maxDeadLetters()).isEqualTo(10_000);
        assertThat(pipeline.state()).isEqualTo(new StateSettings(StateSettings.Backend.SQLITE, Optional.empty()));
        assertThat(pipeline.resources())
                .isEqualTo(
                        new Resources(1, new StreamLimits(4 << 20, 1 << 30, 16, 64 << 20, 0, 0), 3, Compression.NONE));
    }

    @Test
    void resources_take_other_values() throws Exception {
        Resources resources = Samples.parse(
                        LEAST
                                + "resources: {parallelism: 64, max_batch_bytes: 256mb, max_inflight_batches: 1024, checkpoint_interval_bytes: 0, checkpoint_interval_rows: 1000, checkpoint_interval_seconds: 5, max_retries: 0, compression: lz4}")
                .resources();

        assertThat(resources)
                .isEqualTo(
                        new Resources(64, new StreamLimits(256L << 20, 1 << 30, 1024, 0, 1000, 5), 0, Compression.LZ4));
        assertThat(Samples.parse(LEAST + "resources: {compression: null}")
                        .resources()
                        .compression())
                .isEqualTo(Compression.NONE);
    }

    @Test
    void an_incremental_stream_has_a_cursor() throws Exception {
        assertThat(cursor("cursor_field: id"))
                .contains(new CursorSettings("id", Optional.empty(), CursorNulls.FAIL, 0));
        assertThat(cursor("cursor_field: at, tie_breaker_field: id, cursor_nulls: include_once, cursor_lag: 90s"))
                .contains(new CursorSettings("at", Optional.of("id"), CursorNulls.INCLUDE_ONCE, 90));
        assertThat(cursor("cursor_field: at, cursor_nulls: exclude, cursor_lag: 2h"))
                .contains(new CursorSettings("at", Optional.empty(), CursorNulls.EXCLUDE, 7_200));
    }

    private static Optional<CursorSettings> cursor(String keys) throws PipelineException {
        return Samples.parse(LEAST.replace("{name: t}", "{name: t, sync_mode: incremental, " + keys + "}")
                        .replace("append", "upsert"))
                .source()
                .streams()
                .getFirst()
                .cursor();
    }

    @Test
    void the_destination_takes_other_values() throws Exception {
        DestinationSettings destination = Samples.parse(LEAST.replace(
                        "write_mode: append",
                        "write_mode: upsert, primary_key: [a, b], on_data_error: dlq, max_dead_letters: 7,"
                                + " schema_evolution: {new_column: ignore, removed_column: fail, type_change: null,"
                                + " nullability_change: fail}"))
                .destination();

        assertThat(destination.writeMode()).isEqualTo(WriteMode.UPSERT);
        assertThat(destination.primaryKey()).containsExactly("a", "b");
        assertThat(destination.maxDeadLetters()).isEqualTo(7);
        assertThat(destination.policies())
                .isEqualTo(new StreamPolicies(
                        DataErrorPolicy.DLQ,
                        new SchemaEvolution(
                                SchemaEvolution.NewColumn.IGNORE,
                                SchemaEvolution.RemovedColumn.FAIL,
                                SchemaEvolution.TypeChange.NULL,
                                SchemaEvolution.NullabilityChange.FAIL)));
    }

    @Test
    void state_can_be_kept_elsewhere() throws Exception {
        assertThat(Samples.parse(LEAST + "state: {connection: /var/lib/s.db}").state())
                .isEqualTo(new StateSettings(StateSettings.Backend.SQLITE, Optional.of("/var/lib/s.db")));
        StateSettings shared = PipelineLoader.parse(
                        LEAST + "state: {backend: postgres, connection: \"${STATE}\"}",
                        "p.yaml",
                        Map.of("STATE", "postgresql://u:hunter2@h/d"))
                .state();
        assertThat(shared.backend()).isEqualTo(StateSettings.Backend.POSTGRES);
        assertThat(shared.connection()).contains("postgresql://u:hunter2@h/d");
        assertThat(shared.toString()).doesNotContain("hunter2");
    }

    @Test
    void remembers_where_every_part_stands() throws Exception {
        Origins origins = Samples.parse(Samples.GOOD).origins();

        assertThat(origins.file()).isEqualTo("p.yaml");
        assertThat(origins.locate("/source/config/port")).isEqualTo(new Mark(7, 11));
        assertThat(origins.locate("/source/streams/1/name")).isEqualTo(new Mark(12, 13));
        assertThat(origins.locate("/source/config")).isEqualTo(new Mark(5, 3));
        assertThat(origins.locate("/source/config/missing/deep")).isEqualTo(new Mark(5, 3));
        assertThat(origins.locate("/transforms/0/config/fields/0")).isEqualTo(new Mark(15, 23));
    }

    @Test
    void settings_never_print_their_secrets() throws Exception {
        Pipeline pipeline = PipelineLoader.parse(
                Samples.good("host: localhost", "password: ${PW}"), "p.yaml", Map.of("PW", "hunter2"));

        assertThat(pipeline.source().config().get("password").textValue()).isEqualTo("hunter2");
        assertThat(pipeline.toString()).doesNotContain("hunter2").contains("source-postgres");
    }

    @Test
    void reads_files() throws Exception {
        Path file = folder.resolve("p.yaml");
        Files.writeString(file, "\uFEFF" + LEAST);
        assertThat(PipelineLoader.load(file, Map.of()).name()).isEqualTo("p");
    }

    @Test
    void a_file_that_cannot_be_read_is_a_problem_too() throws IOException {
        Path latin = Files.write(folder.resolve("latin.yaml"), "pipeline: ü".getBytes(StandardCharsets.ISO_8859_1));
        Path large = Files.write(folder.resolve("large.yaml"), new byte[PipelineLoader.MAX_FILE_BYTES + 1]);

        assertProblem(folder.resolve("nowhere.yaml"), "there is no such file (name the pipeline file to read)");
        assertProblem(folder, "is a directory (name the pipeline file to read)");
        assertProblem(latin, "is not UTF-8 text (save it as UTF-8)");
        assertProblem(large, "is larger than 1 MiB, the most a pipeline file may have (split the pipeline)");
    }

    private static void assertProblem(Path path, String message) {
        assertThatThrownBy(() -> PipelineLoader.load(path, Map.of()))
                .isInstanceOf(PipelineException.class)
                .hasMessage(path + ": " + message);
    }

    @Test
    void changes_are_followed_where_that_is_said() throws Exception {
        String drained = Samples.GOOD
                .replace("sync_mode: full_refresh", "sync_mode: cdc")
                .replace("name: orders", "{name: orders, sync_mode: cdc}")
                .replace("write_mode: replace", "write_mode: append");
        assertThat(Samples.parse(drained).source().follow()).isEmpty();
        String followed = drained.replace("  use: source-postgres\n", "  use: source-postgres\n  follow: true\n");
        assertThat(Samples.parse(followed).source().follow()).contains(Duration.ofSeconds(1));
        String often = followed.replace("follow: true", "follow: true\n  flush_interval: 200ms");
        assertThat(Samples.parse(often).source().follow()).contains(Duration.ofMillis(200));
        assertThat(Samples.problems(often.replace("200ms", "1ms")).getFirst()).contains("a time from 10ms to 1h");
        assertThat(Samples.problems(often.replace("  follow: true\n", "")).getFirst())
                .contains("flush_interval", "add follow: true");
        assertThat(Samples.problems(followed.replace("follow: true", "follow: perhaps"))
                        .getFirst())
                .contains("true or false");
        assertThat(Samples.problems(followed.replace("{name: orders, sync_mode: cdc}", "name: orders"))
                        .getFirst())
                .contains("the stream \"orders\" has another sync_mode than cdc");
    }
}
