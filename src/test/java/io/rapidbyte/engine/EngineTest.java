package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import io.rapidbyte.state.StateLocation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of sandboxed Rust connectors that make rows up, count them, and misbehave on request. */
@Timeout(60)
class EngineTest {
    @TempDir
    static Path folder;

    private static Vertx vertx;
    private static Engine engine;

    private final List<RunEvent> events = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        engine = await(Engine.start(
                vertx,
                new EngineOptions(
                        List.of(Path.of("connectors")), new StateLocation.SqliteFile(folder.resolve("state.db")))));
    }

    @AfterAll
    static void stop() throws Exception {
        await(engine.close());
        await(vertx.close());
    }

    @AfterEach
    void nothing_is_left() throws InterruptedException {
        assertThat(engine.leasedFrames()).as("frames on lease").isEmpty();
        assertThat(vertx.deploymentIDs())
                .as("verticles beside the orchestrator")
                .hasSize(1);
        assertThat(guestThreadsAfterAMoment()).as("guest threads").isEmpty();
    }

    /** A guest thread tells its end with its last breath, so it may be there a moment longer than its run. */
    private static List<String> guestThreadsAfterAMoment() throws InterruptedException {
        List<String> alive = List.of();
        for (int i = 0; i < 200; i++) {
            alive = Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.startsWith("guest "))
                    .toList();
            if (alive.isEmpty()) {
                break;
            }
            Thread.sleep(10);
        }
        return alive;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void every_row_arrives_through_any_number_of_transforms(int transforms) throws Exception {
        RunReport report = run(pipeline("rows: 5000, batch_rows: 500", transforms, "", ""));
        assertThat(report.failure()).isEmpty();
        StreamReport numbers = report.streams().getFirst();
        assertThat(numbers.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(numbers.rowsRead()).isEqualTo(5000);
        assertThat(numbers.rowsWritten()).isEqualTo(5000);
        assertThat(numbers.timings()).containsKeys("source.total", "source.guest", "destination.total");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "lz4", "zstd"})
    void compression_changes_no_row(String codec) throws Exception {
        RunReport report =
                run(pipeline("rows: 20000, batch_rows: 5000, name_bytes: 50", 1, "", "compression: " + codec));
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.streams().getFirst().rowsWritten()).isEqualTo(20_000);
        assertThat(report.streams().getFirst().timings().containsKey("source.compress"))
                .isEqualTo(!codec.equals("null"));
    }

    @Test
    void no_rows_are_a_result() throws Exception {
        RunReport report = run(pipeline("rows: 0", 1, "", ""));
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.streams().getFirst().rowsWritten()).isZero();
    }

    @Test
    void streams_run_side_by_side() throws Exception {
        RunReport report = run(PipelineLoader.parse(
                yaml("rows: 1000", 0, "", "parallelism: 3").replace("- name: numbers", """
                - name: a
                    - name: b
                    - name: c
                    - name: d"""), "p.yaml", Map.of()));
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.streams()).extracting(StreamReport::rowsWritten).containsExactly(1000L, 1000L, 1000L, 1000L);
    }

    @ParameterizedTest
    @CsvSource({"error, SOURCE", "trap, INTERNAL", "panic, INTERNAL", "garbage_emit, INTERNAL", "empty_emit, INTERNAL"})
    void a_source_that_fails_in_the_middle_fails_the_run_and_nothing_counts_as_written(String mode, FailureKind kind)
            throws Exception {
        RunReport report = run(pipeline("rows: 1000, fail_at_row: 500, mode: " + mode, 1, "", ""));
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(kind);
        assertThat(report.failure().orElseThrow().stage()).contains("source (test-source)");
        assertThat(report.streams().getFirst().rowsWritten()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"error, DESTINATION", "trap, INTERNAL"})
    void a_destination_that_fails_stops_the_source_at_once(String mode, FailureKind kind) throws Exception {
        long start = System.nanoTime();
        RunReport report =
                run(pipeline("rows: 100000000, batch_rows: 100", 1, "fail_after_batches: 3, mode: " + mode, ""));
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(kind);
        assertThat(report.failure().orElseThrow().stage()).contains("destination (test-dest)");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mode: spin", "rows: 100000000, slow_ms: 1"})
    void a_cancel_ends_guests_that_spin_or_wait(String source) throws Exception {
        RunHandle handle = engine.run(pipeline(source, 1, "", ""), events::add);
        while (events.stream().noneMatch(e -> e instanceof RunEvent.StreamStarted)) {
            Thread.sleep(10);
        }
        Thread.sleep(500);
        long asked = System.nanoTime();
        handle.cancel();
        RunReport report = await(handle.report());
        assertThat(report.status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void a_failing_stream_leaves_its_siblings_alone() throws Exception {
        RunReport report = run(PipelineLoader.parse(
                yaml("rows: 100, mode: error, only_stream: b", 0, "", "")
                        .replace("- name: numbers", "- name: a\n    - name: b\n    - name: c"),
                "p.yaml",
                Map.of()));
        assertThat(report.streams())
                .extracting(StreamReport::status)
                .containsExactly(RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.SUCCEEDED);
    }

    @Test
    void every_problem_is_told_at_once_with_its_line() throws Exception {
        String yaml = yaml("rows: many", 0, "", "")
                .replace("use: test-dest", "use: test-nowhere")
                .replace("- name: numbers", "- name: numbers\n    - name: other.Numbers");
        assertThatThrownBy(() -> await(engine.run(PipelineLoader.parse(yaml, "p.yaml", Map.of()), events::add)
                        .report()))
                .cause()
                .isInstanceOfSatisfying(
                        PipelineException.class,
                        e -> assertThat(e.problems())
                                .extracting(p -> p.line() + " " + p.key())
                                .containsExactlyInAnyOrder(
                                        "5 source.config.rows", "8 source.streams[1].name", "10 destination.use"));
    }

    @Test
    void check_asks_every_connector() throws Exception {
        CheckReport report = await(engine.check(pipeline("rows: 1", 1, "", "")));
        assertThat(report.passed()).isTrue();
        assertThat(report.findings())
                .containsOnlyKeys("source (test-source)", "transform-1 (test-transform)", "destination (test-dest)");
    }

    @Test
    void a_connector_that_cannot_answer_fails_the_check() throws Exception {
        CheckReport report = await(engine.check(pipeline("mode: error, when: validate", 0, "", "")));
        assertThat(report.passed()).isFalse();
        assertThat(report.findings().get("source (test-source)"))
                .extracting(Finding::level)
                .containsExactly(Finding.Level.ERROR);
    }

    @Test
    void discover_tells_what_the_source_offers() throws Exception {
        assertThat(await(engine.discover(pipeline("streams: [a, b]", 0, "", ""))))
                .extracting(stream -> stream.name())
                .containsExactly("a", "b");
    }

    @Test
    void a_foreign_verticle_starts_a_run_by_message_and_follows_it() throws Exception {
        Follower follower = new Follower(yaml("rows: 1000", 0, "", ""));
        String id = await(vertx.deployVerticle(follower));
        JsonObject last = await(follower.finished.future());
        assertThat(last.getJsonObject("report").getString("status")).isEqualTo("succeeded");
        assertThat(follower.types)
                .startsWith("run_started", "stream_started")
                .endsWith("stream_finished", "run_finished");
        await(vertx.undeploy(id));
    }

    @Test
    void a_run_is_cancelled_by_message() throws Exception {
        JsonObject started = await(request(RunAddresses.START, "pipeline", yaml("mode: spin", 0, "", "")));
        String runId = started.getString("run_id");
        assertThat(started.getInteger("protocol")).isEqualTo(RunAddresses.VERSION);
        Promise<JsonObject> finished = Promise.promise();
        vertx.eventBus().<JsonObject>consumer(RunAddresses.events(runId), e -> {
            if (e.body().getString("type").equals("run_finished")) {
                finished.complete(e.body());
            }
        });
        assertThat(await(request(RunAddresses.command(runId), "command", "status"))
                        .getString("status"))
                .isEqualTo("running");
        await(request(RunAddresses.command(runId), "command", "cancel"));
        assertThat(await(finished.future()).getJsonObject("report").getString("status"))
                .isEqualTo("cancelled");
        assertThatThrownBy(() -> await(request(RunAddresses.command(runId), "command", "status")))
                .hasCauseInstanceOf(ReplyException.class);
    }

    @Test
    void requests_that_make_no_sense_are_answered_all_the_same() {
        assertThatThrownBy(() -> await(request(RunAddresses.START, "text", "x")))
                .cause()
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        e -> assertThat(e.failureCode()).isEqualTo(RunAddresses.CODE_BAD_REQUEST));
        JsonObject later =
                new JsonObject().put("pipeline", yaml("rows: 1", 0, "", "")).put("protocol", 2);
        assertThatThrownBy(() -> await(vertx.eventBus().request(RunAddresses.START, later)))
                .cause()
                .hasMessageContaining("speaks version 1");
        assertThatThrownBy(() -> await(request(RunAddresses.START, "pipeline", "version: \"1.0\"\n")))
                .cause()
                .isInstanceOfSatisfying(ReplyException.class, e -> {
                    assertThat(e.failureCode()).isEqualTo(RunAddresses.CODE_PROBLEMS);
                    assertThat(new JsonArray(e.getMessage())).isNotEmpty();
                });
    }

    private static Future<JsonObject> request(String address, String key, String value) {
        return vertx.eventBus()
                .<JsonObject>request(address, new JsonObject().put(key, value))
                .map(reply -> reply.body());
    }

    /** Knows nothing of the engine but its addresses. */
    private static final class Follower extends VerticleBase {
        private final String yaml;
        private final List<String> types = new ArrayList<>();
        private final Promise<JsonObject> finished = Promise.promise();

        Follower(String yaml) {
            this.yaml = yaml;
        }

        @Override
        public Future<?> start() {
            vertx.eventBus().<JsonObject>consumer("rapidbyte.events", event -> {
                types.add(event.body().getString("type"));
                if (event.body().getString("type").equals("run_finished")) {
                    finished.complete(event.body());
                }
            });
            return vertx.eventBus()
                    .<JsonObject>request("rapidbyte.run", new JsonObject().put("pipeline", yaml))
                    .onSuccess(reply ->
                            assertThat(reply.body().getString("run_id")).hasSize(16));
        }
    }

    private RunReport run(Pipeline pipeline) throws Exception {
        return await(engine.run(pipeline, events::add).report());
    }

    private static Pipeline pipeline(String source, int transforms, String destination, String resources)
            throws PipelineException {
        return PipelineLoader.parse(yaml(source, transforms, destination, resources), "p.yaml", Map.of());
    }

    private static String yaml(String source, int transforms, String destination, String resources) {
        StringBuilder yaml = new StringBuilder("""
                version: "1.0"
                pipeline: numbers
                source:
                  use: test-source
                  config: {%s}
                  streams:
                    - name: numbers
                """.formatted(source));
        if (transforms > 0) {
            yaml.append("transforms:\n").append("  - use: test-transform\n".repeat(transforms));
        }
        yaml.append("""
                destination:
                  use: test-dest
                  config: {%s}
                  write_mode: append
                """.formatted(destination));
        return resources.isEmpty() ? yaml.toString() : yaml + "resources: {" + resources + "}\n";
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
