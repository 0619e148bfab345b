package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rapidbyte.LogLines;
import io.rapidbyte.config.DestinationSettings;
import io.rapidbyte.config.Origins;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.Resources;
import io.rapidbyte.config.SourceSettings;
import io.rapidbyte.config.StateSettings;
import io.rapidbyte.config.StreamSettings;
import io.rapidbyte.flow.FramePool;
import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.model.Compression;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.LogScope;
import io.rapidbyte.model.Problem;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.RunTracer;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.StreamLimits;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.StreamReport;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import io.rapidbyte.state.StateLocation;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs of guests in plain Java, over real stages, edges and event loops. */
@Timeout(30)
class OrchestratorTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Guests guests = new Guests();
    private final Map<String, List<StageGuest.Maker>> streams = new LinkedHashMap<>();
    private final List<RunEvent> events = new CopyOnWriteArrayList<>();
    private final FramePool pool = new FramePool(FramePool.DEFAULT_KEPT_BYTES);
    private Optional<String> deployment = Optional.empty();
    private Optional<Orchestrator> orchestrator = Optional.empty();
    private Optional<StateStores> stores = Optional.empty();

    @AfterEach
    void nothing_is_left() throws Exception {
        assertThat(pool.leased()).as("frames on lease").isEmpty();
        assertThat(guests.alive).as("guests not closed").hasValue(0);
        assertThat(vertx.deploymentIDs())
                .as("stages still deployed")
                .isSubsetOf(deployment.stream().toList());
        await(stores.map(StateStores::close).orElseGet(Future::succeededFuture));
        await(vertx.close());
        pool.close();
    }

    @Test
    void a_stream_runs_from_source_to_destination() throws Exception {
        stream("users", guests.source(20), guests.destination());
        RunReport report = run(1).get();
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.failure()).isEmpty();
        StreamReport users = report.streams().getFirst();
        assertThat(users.rowsRead()).isEqualTo(2000);
        assertThat(users.rowsWritten()).isEqualTo(2000);
        assertThat(users.batches()).isEqualTo(20);
        assertThat(users.timings()).containsKeys("source.total", "destination.guest");
        assertThat(events.getFirst()).isInstanceOf(RunEvent.RunStarted.class);
        assertThat(events.getLast()).isInstanceOf(RunEvent.RunFinished.class);
        assertThat(events)
                .extracting(RunEvent::sequence)
                .doesNotHaveDuplicates()
                .isSorted();
    }

    @Test
    void many_transforms_pass_everything_on() throws Exception {
        stream(
                "users",
                guests.source(50),
                guests.transform(),
                guests.transform(),
                guests.transform(),
                guests.destination());
        StreamReport users = run(1).get().streams().getFirst();
        assertThat(users.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(users.rowsWritten()).isEqualTo(5000);
    }

    @Test
    void barriers_pass_through_a_transform_and_are_confirmed_at_the_destination() throws Exception {
        AtomicInteger confirmed = new AtomicInteger();
        stream(
                "users",
                guests.guest((port, cancel) -> {
                    Guests.emit(port, 1);
                    assertThat(port.placeBarrier("a")).isEqualTo(1);
                    StageGuest.Summary rest = Guests.emit(port, 2);
                    assertThat(port.placeBarrier("b")).isEqualTo(2);
                    return new StageGuest.Summary(0, rest.rowsOut() + Guests.ROWS_PER_BATCH);
                }),
                guests.transform(),
                guests.guest((port, cancel) -> {
                    StageGuest.Summary all = Guests.drain(port, 0);
                    confirmed.set((int) all.rowsIn());
                    return all;
                }));
        assertThat(run(1).get().status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(confirmed).hasValue(300);
    }

    @Test
    void no_more_streams_run_at_once_than_parallelism_says() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        for (int i = 0; i < 7; i++) {
            stream(
                    "t" + i,
                    guests.guest((port, cancel) -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        Thread.sleep(30);
                        StageGuest.Summary summary = Guests.emit(port, 3);
                        running.decrementAndGet();
                        return summary;
                    }),
                    guests.destination());
        }
        RunReport report = run(3).get();
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.streams()).extracting(StreamReport::streamName).containsExactlyElementsOf(streams.keySet());
        assertThat(most.get()).isBetween(2, 3);
    }

    @Test
    void a_failing_source_makes_the_destination_see_an_error_and_is_the_cause_reported() throws Exception {
        CountDownLatch rolledBack = new CountDownLatch(1);
        stream(
                "users",
                guests.guest((port, cancel) -> {
                    Guests.emit(port, 2);
                    throw Guests.error(ErrorCategory.TRANSIENT_NETWORK, "the line broke");
                }),
                guests.transform(),
                guests.guest((port, cancel) -> {
                    try {
                        return Guests.drain(port, 0);
                    } finally {
                        rolledBack.countDown();
                    }
                }));
        RunReport report = run(1).get();
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(FailureKind.SOURCE);
        assertThat(report.failure().orElseThrow().stage()).contains("source (fake)");
        assertThat(report.failure().orElseThrow().error().message()).isEqualTo("the line broke");
        assertThat(report.streams().getFirst().rowsWritten()).isZero();
        assertThat(rolledBack.getCount()).isZero();
    }

    @Test
    void a_failing_destination_stops_a_source_that_never_looks() throws Exception {
        stream(
                "users",
                guests.guest((port, cancel) -> {
                    Guests.emit(port, 1);
                    cancel.await();
                    return new StageGuest.Summary(0, 0);
                }),
                guests.transform(),
                guests.guest((port, cancel) -> {
                    throw Guests.error(ErrorCategory.PERMISSION, "no right to write");
                }));
        long start = System.nanoTime();
        RunReport report = run(1).get();
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(FailureKind.DESTINATION);
        assertThat(report.failure().orElseThrow().error().message()).isEqualTo("no right to write");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void a_defect_in_the_host_is_an_internal_failure() throws Exception {
        stream(
                "users",
                guests.guest((port, cancel) -> {
                    throw new IllegalStateException("boom");
                }),
                guests.destination());
        RunReport report;
        try (LogLines log = LogLines.of("io.rapidbyte")) {
            report = run(1).get();
            assertThat(log.scoped())
                    .contains(new LogLines.Line(
                            "source (fake) failed in the host",
                            Optional.of(LogScope.of("r1").stream("users").stage("source (fake)"))));
        }
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(FailureKind.INTERNAL);
        assertThat(report.failure().orElseThrow().error().message()).contains("boom");
    }

    /** I4. */
    @Test
    void a_destination_that_hangs_after_its_upstream_failed_is_stopped() throws Exception {
        stream(
                "users",
                guests.guest((port, cancel) -> {
                    throw Guests.error(ErrorCategory.DATA, "bad row");
                }),
                guests.guest((port, cancel) -> {
                    cancel.await();
                    return new StageGuest.Summary(0, 0);
                }));
        assertThat(run(1).get().failure().orElseThrow().error().message()).isEqualTo("bad row");
    }

    @Test
    void a_guest_that_cannot_be_stopped_is_given_up() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        stream(
                "users",
                guests.guest((port, cancel) -> {
                    throw Guests.error(ErrorCategory.DATA, "bad row");
                }),
                guests.guest((port, cancel) -> {
                    release.await();
                    return new StageGuest.Summary(0, 0);
                }));
        RunReport report = run(1).get();
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        release.countDown();
        for (int i = 0; i < 500 && guests.alive.get() > 0; i++) {
            Thread.sleep(10);
        }
    }

    /** I5. */
    @Test
    void one_streams_failure_does_not_stop_its_siblings() throws Exception {
        stream("a", guests.source(3), guests.destination());
        stream(
                "b",
                guests.guest((port, cancel) -> {
                    throw Guests.error(ErrorCategory.SCHEMA, "no such table");
                }),
                guests.destination());
        stream("c", guests.source(3), guests.destination());
        RunReport report = run(1).get();
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(FailureKind.SCHEMA);
        assertThat(report.failure().orElseThrow().streamName()).contains("b");
        assertThat(report.streams())
                .extracting(StreamReport::status)
                .containsExactly(RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.SUCCEEDED);
    }

    @Test
    void a_cancel_ends_blocked_guests_at_once_and_skips_what_waits() throws Exception {
        CountDownLatch atWork = new CountDownLatch(1);
        stream("a", guests.guest((port, cancel) -> Guests.emit(port, 1000)), guests.guest((port, cancel) -> {
            atWork.countDown();
            cancel.await();
            return new StageGuest.Summary(0, 0);
        }));
        stream("b", guests.source(1), guests.destination());
        Run run = run(1);
        assertThat(atWork.await(5, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(50);
        long asked = System.nanoTime();
        run.handle().cancel();
        run.handle().cancel();
        RunReport report = run.get();
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(2));
        assertThat(report.status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(report.streams())
                .extracting(StreamReport::status)
                .containsExactly(RunStatus.CANCELLED, RunStatus.SKIPPED);
    }

    @Test
    void draining_the_orchestrator_cancels_what_runs() throws Exception {
        stream(
                "a",
                guests.guest((port, cancel) -> {
                    cancel.await();
                    return new StageGuest.Summary(0, 0);
                }),
                guests.destination());
        Run run = run(1);
        Thread.sleep(50);
        await(orchestrator.orElseThrow().drain());
        assertThat(run.get().status()).isEqualTo(RunStatus.CANCELLED);
    }

    @Test
    void a_source_that_lies_about_its_rows_fails_the_run() throws Exception {
        stream(
                "a",
                guests.guest((port, cancel) -> {
                    Guests.emit(port, 2);
                    return new StageGuest.Summary(0, 1);
                }),
                guests.destination());
        assertThat(run(1).get().failure().orElseThrow().error().code()).isEqualTo("stage.rows-differ");
    }

    @Test
    void a_source_without_any_batch_fails_the_run() throws Exception {
        stream("a", guests.source(0), guests.destination());
        assertThat(run(1).get().failure().orElseThrow().error().code()).isEqualTo("stage.no-schema");
    }

    @Test
    void a_destination_that_leaves_input_behind_fails_the_run() throws Exception {
        stream("a", guests.source(3), guests.guest((port, cancel) -> {
            port.next();
            return new StageGuest.Summary(Guests.ROWS_PER_BATCH, 0);
        }));
        assertThat(run(1).get().failure().orElseThrow().error().code()).isEqualTo("stage.input-left");
    }

    @Test
    void a_barrier_that_was_never_handed_out_cannot_be_confirmed() throws Exception {
        stream("a", guests.source(1), guests.guest((port, cancel) -> {
            port.confirmBarrier(5, "");
            return Guests.drain(port, 0);
        }));
        assertThat(run(1).get().failure().orElseThrow().error().code()).isEqualTo("flow.unknown-barrier");
    }

    @Test
    void warnings_are_collected_once_each_and_logs_become_events() throws Exception {
        stream(
                "a",
                guests.guest((port, cancel) -> {
                    port.log("warn", "mind the enum");
                    port.log("info", "reading");
                    port.log("warn", "mind the enum");
                    return Guests.emit(port, 1);
                }),
                guests.destination());
        RunReport report = run(1).get();
        assertThat(report.streams().getFirst().warnings()).containsExactly("mind the enum");
        assertThat(events).filteredOn(e -> e instanceof RunEvent.Log).hasSize(3);
    }

    @Test
    void progress_is_told_while_a_stream_runs() throws Exception {
        stream("a", guests.source(60), guests.guest((port, cancel) -> Guests.drain(port, 15)));
        run(1).get();
        List<Long> taken = new ArrayList<>();
        for (RunEvent event : events) {
            if (event instanceof RunEvent.StreamProgress progress) {
                taken.add(progress.rowsOut());
            }
        }
        assertThat(taken).hasSizeBetween(2, 10).isSorted();
    }

    @Test
    void problems_fail_the_report_and_tell_no_events() throws Exception {
        Problem problem = new Problem("p.yaml", 3, 1, "source.use", "there is no such connector", Optional.empty());
        stream("a", guests.source(1), guests.destination());
        Orchestrator made = start((pipeline, runId) -> {
            throw new PipelineException(List.of(problem));
        });
        RunHandle handle = made.submit("r1", pipeline(1), "test", events::add);
        assertThatThrownBy(() -> await(handle.report()))
                .hasCauseInstanceOf(PipelineException.class)
                .hasMessageContaining("there is no such connector");
        assertThat(events).isEmpty();
    }

    private void stream(String name, StageGuest.Maker... makers) {
        streams.put(name, List.of(makers));
    }

    private record Run(RunHandle handle) {
        RunReport get() throws Exception {
            return await(handle.report());
        }
    }

    private Run run(int parallelism) throws Exception {
        Orchestrator made = start((pipeline, runId) -> {
            List<StreamPlan> plans = new ArrayList<>();
            streams.forEach((name, makers) ->
                    plans.add(new StreamPlan(context(runId, name), "settings", new FakeCrew(plans.size(), makers))));
            return plans;
        });
        return new Run(made.submit("r1", pipeline(parallelism), "test", events::add));
    }

    private Orchestrator start(RunPlanner planner) throws Exception {
        StateStores made = new StateStores(vertx, new StateLocation.SqliteFile(folder.resolve("state.db")));
        stores = Optional.of(made);
        Orchestrator deployed = new Orchestrator(planner, pool, made, RunTracer.NONE);
        deployment = Optional.of(await(vertx.deployVerticle(deployed)));
        orchestrator = Optional.of(deployed);
        return deployed;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
    }

    private static StreamContext context(String runId, String name) {
        return new StreamContext(
                name,
                SyncMode.FULL_REFRESH,
                WriteMode.APPEND,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new StreamLimits(1 << 20, 1 << 20, 4, 0, 0, 0),
                StreamPolicies.DEFAULT,
                Optional.empty(),
                RunIdentity.outsideOfRuns("test", runId));
    }

    private Pipeline pipeline(int parallelism) {
        return new Pipeline(
                "test",
                new SourceSettings(
                        "fake",
                        JsonNodeFactory.instance.objectNode(),
                        streams.keySet().stream()
                                .map(s -> new StreamSettings(
                                        s, SyncMode.FULL_REFRESH, Optional.empty(), Optional.empty()))
                                .toList()),
                List.of(),
                new DestinationSettings(
                        "fake",
                        JsonNodeFactory.instance.objectNode(),
                        WriteMode.APPEND,
                        List.of(),
                        StreamPolicies.DEFAULT,
                        DestinationSettings.DEFAULT_MAX_DEAD_LETTERS),
                StateSettings.DEFAULT,
                new Resources(parallelism, new StreamLimits(1 << 20, 1 << 20, 4, 0, 0, 0), 0, Compression.NONE),
                Optional.empty(),
                new Origins("p.yaml", Map.of()));
    }
}
