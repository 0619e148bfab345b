package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rapidbyte.config.DestinationSettings;
import io.rapidbyte.config.Origins;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.Resources;
import io.rapidbyte.config.SourceSettings;
import io.rapidbyte.config.StateSettings;
import io.rapidbyte.config.StreamSettings;
import io.rapidbyte.connector.GuestPort;
import io.rapidbyte.connector.Inbound;
import io.rapidbyte.flow.FramePool;
import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.model.BackoffClass;
import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.Compression;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.Cursor;
import io.rapidbyte.model.CursorNulls;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.ErrorScope;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.RunTracer;
import io.rapidbyte.model.SchemaEvolution;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.StreamLimits;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.StreamReport;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import io.rapidbyte.state.DeadLetterQuery;
import io.rapidbyte.state.LoadRecord;
import io.rapidbyte.state.RunRecord;
import io.rapidbyte.state.StateLocation;
import io.rapidbyte.state.StateStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a run leaves in the state, what the next makes of it, and what becomes of failed attempts. */
@Timeout(60)
class LoadsTest {
    private static final int ROWS = Guests.ROWS_PER_BATCH;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Guests guests = new Guests();
    private final FramePool pool = new FramePool(FramePool.DEFAULT_KEPT_BYTES);
    private final List<RunEvent> events = new CopyOnWriteArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();
    private Optional<StateStore> opened = Optional.empty();
    private Optional<StateStores> stores = Optional.empty();

    private SyncMode syncMode = SyncMode.FULL_REFRESH;
    private WriteMode writeMode = WriteMode.APPEND;
    private DataErrorPolicy onDataError = DataErrorPolicy.FAIL;
    private String fingerprint = "cursor.settings";
    private String cursorField = "id";
    private int maxRetries = 3;
    private long maxDeadLetters = 10;
    private Duration leaseRenewal = LeaseRenewal.INTERVAL;

    @BeforeEach
    void open() throws Exception {
        StateStores made = new StateStores(vertx, new StateLocation.SqliteFile(folder.resolve("state.db")));
        stores = Optional.of(made);
        opened = Optional.of(await(made.open(StateSettings.DEFAULT)));
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        assertThat(pool.leased()).as("frames on lease").isEmpty();
        assertThat(guests.alive).as("guests not closed").hasValue(0);
        await(stores.orElseThrow().close());
        await(vertx.close());
        pool.close();
    }

    @Test
    void the_cursor_moves_only_after_the_destination_has_confirmed_that_very_frontier_I6() throws Exception {
        syncMode = SyncMode.INCREMENTAL;
        List<Optional<CursorValue>> seen = new CopyOnWriteArrayList<>();
        RunReport report = run(
                (port, cancel) -> {
                    Guests.emit(port, 1);
                    port.placeBarrier(cursor(1));
                    Guests.emit(port, 1);
                    return new StageGuest.Summary(0, 2 * ROWS, 0, cursor(2));
                },
                (port, cancel) -> {
                    long rows = 0;
                    while (true) {
                        switch (port.next()) {
                            case Inbound.Batch batch -> rows += take(batch);
                            case Inbound.Barrier barrier -> {
                                port.prepareBarrier(barrier.id());
                                seen.add(storedCursor());
                                port.confirmBarrier(barrier.id(), barrier.payload());
                                seen.add(storedCursor());
                            }
                            case Inbound.End end -> {
                                return new StageGuest.Summary(rows, 0);
                            }
                        }
                    }
                });
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(seen)
                .containsExactly(Optional.empty(), Optional.of(value(1)), Optional.of(value(1)), Optional.of(value(2)));
        assertThat(events)
                .filteredOn(e -> e instanceof RunEvent.FrontierCommitted)
                .hasSize(2);
        assertThat(load().status()).isEqualTo(LoadRecord.Status.COMPLETE);
    }

    @Test
    void the_next_run_goes_on_at_the_kept_cursor_and_an_empty_one_moves_nothing_I9() throws Exception {
        syncMode = SyncMode.INCREMENTAL;
        run(emitting(1, cursor(7)), draining());
        FakeCrew crew = crew(emitting(1, ""), draining());
        assertThat(run(crew).status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(crew.attempts.getFirst().cursor().orElseThrow().lastValue()).contains(value(7));
        assertThat(storedCursor()).contains(value(7));
    }

    @Test
    void a_cursor_of_another_column_is_refused_I9() throws Exception {
        syncMode = SyncMode.INCREMENTAL;
        run(emitting(1, cursor(7)), draining());
        fingerprint = "another.settings";
        Failure failure = refusal(crew(emitting(1, ""), draining()));
        assertThat(failure.kind()).isEqualTo(FailureKind.STATE);
        assertThat(failure.error().code()).isEqualTo("engine.cursor-changed");
        assertThat(failure.error().message()).contains("rapidbyte state reset --stream 'users'");
    }

    @Test
    void a_cursor_of_another_column_is_refused_even_if_a_full_refresh_came_in_between_I9() throws Exception {
        syncMode = SyncMode.INCREMENTAL;
        run(emitting(1, cursor(7)), draining());
        syncMode = SyncMode.FULL_REFRESH;
        fingerprint = "none.settings";
        run(emitting(1, ""), draining());
        syncMode = SyncMode.INCREMENTAL;
        fingerprint = "another.settings";
        cursorField = "version";
        Failure failure = refusal(crew(emitting(1, ""), draining()));
        assertThat(failure.error().code()).isEqualTo("engine.cursor-changed");

        cursorField = "id";
        fingerprint = "cursor.settings";
        FakeCrew crew = crew(emitting(1, ""), draining());
        assertThat(run(crew).status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(crew.attempts.getFirst().cursor().orElseThrow().lastValue()).contains(value(7));
    }

    @Test
    void a_state_that_cannot_be_saved_fails_the_run_I7() throws Exception {
        sql("CREATE TRIGGER full BEFORE UPDATE ON loads BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        RunReport report = run(emitting(2, ""), draining());
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(FailureKind.STATE);
        assertThat(report.failure().orElseThrow().error().commitState()).contains(CommitState.AFTER_COMMIT_CONFIRMED);
        assertThat(report.streams().getFirst().rowsWritten()).isZero();
    }

    @Test
    void a_destination_that_ignores_failing_books_does_not_succeed_I7() throws Exception {
        sql("CREATE TRIGGER full BEFORE UPDATE ON loads BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        RunReport report = run(emitting(1, ""), (port, cancel) -> {
            long rows = 0;
            while (true) {
                switch (port.next()) {
                    case Inbound.Batch batch -> rows += take(batch);
                    case Inbound.Barrier barrier ->
                        assertThat(catchThrowable(() -> port.confirmBarrier(barrier.id(), "")))
                                .isInstanceOf(ConnectorException.class);
                    case Inbound.End end -> {
                        return new StageGuest.Summary(rows, 0);
                    }
                }
            }
        });
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(FailureKind.STATE);
    }

    @Test
    void the_end_of_a_run_that_cannot_be_saved_fails_it_I7() throws Exception {
        sql("CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        RunReport report = run(emitting(1, ""), draining());
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(FailureKind.STATE);
        assertThat(report.streams().getFirst().status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void a_second_run_is_refused_and_told_who_has_the_first() throws Exception {
        CountDownLatch atWork = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Orchestrator engine = deploy(crew(
                (port, cancel) -> {
                    atWork.countDown();
                    release.await();
                    return Guests.emit(port, 1);
                },
                draining()));
        RunHandle first = engine.submit("first", pipeline(), "test", events::add);
        assertThat(atWork.await(10, TimeUnit.SECONDS)).isTrue();
        Throwable refused = catchThrowable(() ->
                await(engine.submit("second", pipeline(), "test", events::add).report()));
        release.countDown();
        assertThat(await(first.report()).status()).isEqualTo(RunStatus.SUCCEEDED);
        Failure failure = failure(refused);
        assertThat(failure.kind()).isEqualTo(FailureKind.STATE);
        assertThat(failure.error().code()).isEqualTo("state.lease-held");
        assertThat(failure.error().message())
                .contains("process " + ProcessHandle.current().pid(), "run first");
    }

    /** A run that reads nothing for long writes nothing either, so that only the timer can keep its lease. */
    @Test
    void a_run_keeps_its_lease_while_it_writes_nothing() throws Exception {
        leaseRenewal = Duration.ofMillis(20);
        RunReport report = run(
                (port, cancel) -> {
                    Instant began = leaseEnd();
                    while (leaseEnd().isBefore(began.plusMillis(100))) {
                        Thread.sleep(5);
                    }
                    return Guests.emit(port, 1);
                },
                draining());
        assertThat(report.failure()).isEmpty();
    }

    @Test
    void a_run_that_writes_nothing_finds_out_that_another_has_taken_its_lease() throws Exception {
        leaseRenewal = Duration.ofMillis(20);
        RunReport report = run(
                (port, cancel) -> {
                    sql("UPDATE leases SET epoch = epoch + 1, run_id = 'another'");
                    cancel.await();
                    throw new ConnectorException(
                            ConnectorError.permanent(ErrorCategory.CANCELLED, "test.cancelled", "stopped"));
                },
                draining());
        Failure failure = report.failure().orElseThrow();
        assertThat(failure.kind()).isEqualTo(FailureKind.STATE);
        assertThat(failure.error().code()).isEqualTo("state.lease-lost");
    }

    private Instant leaseEnd() {
        try {
            return await(store().lease("test")).orElseThrow().expiresAt();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_failed_attempt_is_repeated_behind_the_last_frontier_with_fresh_counters_I11() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        FakeCrew crew = crew(
                (port, cancel) -> {
                    if (attempts.incrementAndGet() == 1) {
                        Guests.emit(port, 3);
                        port.placeBarrier("at 300");
                        Guests.emit(port, 1);
                        awaitFrontier();
                        throw mayPass();
                    }
                    return Guests.emit(port, 2);
                },
                draining());
        RunReport report = run(crew);
        assertThat(report.failure()).isEmpty();
        StreamReport users = report.streams().getFirst();
        assertThat(users.attempts()).isEqualTo(2);
        assertThat(users.rowsWritten()).isEqualTo(5 * ROWS);
        assertThat(users.rowsRead()).isEqualTo(6 * ROWS);
        assertThat(crew.attempts.getFirst().position()).isEmpty();
        assertThat(crew.attempts.getLast().position()).contains("at 300");
        assertThat(crew.attempts.getLast().run().attempt()).isEqualTo(2);
        assertThat(crew.attempts.getLast().run().loadId())
                .isEqualTo(crew.attempts.getFirst().run().loadId());
        assertThat(crew.asked)
                .singleElement()
                .extracting(c -> c.run().attempt())
                .isEqualTo(2);
        assertThat(retries()).singleElement().satisfies(retry -> {
            assertThat(retry.attempt()).isEqualTo(1);
            assertThat(retry.code()).isEqualTo("test.passes");
            assertThat(retry.message()).isEqualTo("the line broke");
        });
        assertThat(record("r1").streams().getFirst().attempts())
                .extracting(a -> a.outcome().orElseThrow())
                .containsExactly(RunStatus.FAILED, RunStatus.SUCCEEDED);
    }

    @Test
    void a_load_that_failed_for_good_is_continued_by_the_next_run_and_rows_count_where_they_were_written()
            throws Exception {
        maxRetries = 0;
        FakeCrew first = crew(failingBehind(2, "at 200"), draining());
        RunReport failed = run(first);
        assertThat(failed.status()).isEqualTo(RunStatus.FAILED);
        assertThat(failed.streams().getFirst().rowsWritten()).isEqualTo(2 * ROWS);
        FakeCrew second = crew(emitting(1, ""), draining());
        StreamReport users = run(second).streams().getFirst();
        assertThat(users.rowsWritten()).isEqualTo(ROWS);
        assertThat(users.continuedFrom()).contains(2L * ROWS);
        assertThat(second.attempts.getFirst().position()).contains("at 200");
        assertThat(second.attempts.getFirst().run().loadId())
                .isEqualTo(first.attempts.getFirst().run().loadId());
        assertThat(load().rows()).isEqualTo(3 * ROWS);
    }

    /** By epoch and attempt a destination knows which claim is the later one. */
    @Test
    void connectors_are_told_the_epoch_of_their_run_and_the_state_that_counts_it_I8() throws Exception {
        maxRetries = 0;
        FakeCrew first = crew(failingBehind(1, "at 100"), draining());
        run(first);
        FakeCrew second = crew(emitting(1, ""), draining());
        run(second);
        RunIdentity before = first.attempts.getFirst().run();
        RunIdentity after = second.attempts.getFirst().run();
        assertThat(before.epoch()).isPositive();
        assertThat(after.epoch()).isGreaterThan(before.epoch());
        assertThat(after.stateId()).isEqualTo(before.stateId()).isNotEmpty();
        assertThat(second.asked).singleElement().extracting(StreamContext::run).isEqualTo(after);
    }

    @Test
    void a_receipt_that_knows_more_than_the_state_is_adopted_I8() throws Exception {
        maxRetries = 0;
        FakeCrew first = crew(failingBehind(1, "at 100"), draining());
        run(first);
        FakeCrew second = crew(emitting(1, ""), draining());
        second.receipts = answer(2, "at 200", 2 * ROWS, false);
        StreamReport users = run(second).streams().getFirst();
        assertThat(users.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(users.rowsWritten()).isEqualTo(ROWS);
        assertThat(users.continuedFrom()).contains(2L * ROWS);
        assertThat(second.attempts.getFirst().position()).contains("at 200");
        assertThat(load().sequence()).isEqualTo(3);
    }

    @Test
    void a_load_that_the_receipt_says_is_complete_is_not_read_again_I8() throws Exception {
        maxRetries = 0;
        run(crew(failingBehind(1, "at 100"), draining()));
        FakeCrew second = crew(emitting(1, ""), draining());
        second.receipts = answer(2, "", 2 * ROWS, true);
        StreamReport users = run(second).streams().getFirst();
        assertThat(users.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(second.attempts).isEmpty();
        assertThat(load().status()).isEqualTo(LoadRecord.Status.COMPLETE);
        assertThat(load().rows()).isEqualTo(2 * ROWS);
    }

    @Test
    void an_incremental_run_whose_load_was_complete_goes_on_with_what_is_new_I8() throws Exception {
        syncMode = SyncMode.INCREMENTAL;
        maxRetries = 0;
        run(crew(failingBehind(1, cursor(1)), draining()));
        String left = load().loadId();
        FakeCrew second = crew(emitting(3, cursor(5)), draining());
        second.receipts = answer(2, cursor(2), 2 * ROWS, true);
        StreamReport users = run(second).streams().getFirst();
        assertThat(users.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(users.rowsWritten()).isEqualTo(3 * ROWS);
        assertThat(second.attempts).singleElement().satisfies(told -> {
            assertThat(told.cursor().orElseThrow().lastValue()).contains(value(2));
            assertThat(told.run().loadId()).isNotEqualTo(left);
        });
        assertThat(storedCursor()).contains(value(5));
        assertThat(load().status()).isEqualTo(LoadRecord.Status.COMPLETE);
    }

    @Test
    void a_load_that_goes_on_where_nobody_knows_what_was_committed_is_warned_of_I8() throws Exception {
        maxRetries = 0;
        run(crew(failingBehind(1, "at 100"), draining()));
        RunReport report = run(crew(emitting(1, ""), draining()));
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.streams().getFirst().warnings())
                .singleElement()
                .satisfies(warning ->
                        assertThat(warning).contains("keeps no receipts", "rapidbyte state reset --stream 'users'"));
        assertThat(run(crew(emitting(1, ""), draining())).streams().getFirst().warnings())
                .as("a load of its own")
                .isEmpty();
    }

    @Test
    void a_destination_that_lost_rows_is_told_of() throws Exception {
        maxRetries = 0;
        run(crew(failingBehind(1, "at 100"), draining()));
        FakeCrew second = crew(emitting(1, ""), draining());
        second.receipts = answer(0, "", 0, false);
        Failure failure = run(second).failure().orElseThrow();
        assertThat(failure.error().code()).isEqualTo("engine.receipt-behind");
        assertThat(second.attempts).isEmpty();
    }

    @Test
    void an_append_under_other_settings_is_refused_and_a_replace_begins_anew() throws Exception {
        maxRetries = 0;
        run(crew(failingBehind(1, "at 100"), draining()));
        fingerprint = "cursor.others";
        FakeCrew refused = crew(emitting(1, ""), draining());
        refused.receipts = answer(1, "at 100", ROWS, false);
        assertThat(run(refused).failure().orElseThrow().error().code()).isEqualTo("engine.settings-changed");
        assertThat(refused.attempts).isEmpty();

        writeMode = WriteMode.REPLACE;
        FakeCrew anew = crew(emitting(1, ""), draining());
        anew.receipts = answer(1, "at 100", ROWS, false);
        StreamReport users = run(anew).streams().getFirst();
        assertThat(users.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(users.continuedFrom()).isEmpty();
        assertThat(anew.attempts.getFirst().position()).isEmpty();
        assertThat(anew.attempts.getFirst().run().loadId())
                .isNotEqualTo(anew.asked.getFirst().run().loadId());
    }

    @Test
    void a_commit_of_unknown_outcome_is_retried_only_where_receipts_are_kept_I10() throws Exception {
        FakeCrew silent = crew(emitting(1, ""), losingTheCommit());
        RunReport report = run(silent);
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        assertThat(report.failure().orElseThrow().error().code()).isEqualTo("test.commit-lost");
        assertThat(silent.attempts).hasSize(1);

        FakeCrew keeping = crew(emitting(1, ""), losingTheCommit());
        keeping.receipts = answer(1, "", ROWS, true);
        StreamReport users = run(keeping).streams().getFirst();
        assertThat(users.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    void a_cancel_ends_the_wait_for_the_next_attempt_at_once_and_leaves_the_load_open_I11() throws Exception {
        FakeCrew crew = crew(
                (port, cancel) -> {
                    Guests.emit(port, 1);
                    throw new ConnectorException(error(true, true, Optional.of(60_000L), Optional.empty()));
                },
                draining());
        Orchestrator engine = deploy(crew);
        RunHandle handle = engine.submit("r1", pipeline(), "test", events::add);
        for (int i = 0; i < 500 && retries().isEmpty(); i++) {
            Thread.sleep(10);
        }
        long asked = System.nanoTime();
        handle.cancel();
        RunReport report = await(handle.report());
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(2));
        assertThat(report.status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(report.streams().getFirst().status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(load().status()).isEqualTo(LoadRecord.Status.OPEN);
        assertThat(crew.attempts).hasSize(1);
    }

    @Test
    void rejected_rows_become_dead_letters_of_their_frontier_I7_I20() throws Exception {
        onDataError = DataErrorPolicy.DLQ;
        RunReport report = run(emitting(2, ""), rejecting(3));
        assertThat(report.failure()).isEmpty();
        StreamReport users = report.streams().getFirst();
        assertThat(users.rowsWritten()).isEqualTo(2 * ROWS - 3);
        assertThat(users.rowsRejected()).isEqualTo(3);
        assertThat(await(store().deadLetters(DeadLetterQuery.ofPipeline("test", 10))))
                .hasSize(3)
                .allSatisfy(letter -> {
                    assertThat(letter.rejected().row()).isEqualTo("{\"id\":1}");
                    assertThat(letter.schema()).contains("\"columns\":[{\"name\":\"id\"");
                });
    }

    @Test
    void too_many_rejected_rows_fail_the_run_which_says_how_many_I20() throws Exception {
        onDataError = DataErrorPolicy.DLQ;
        maxDeadLetters = 5;
        RunReport report = run(emitting(2, ""), rejecting(6));
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        assertThat(report.failure().orElseThrow().error().code()).isEqualTo("dlq.full");
        assertThat(report.failure().orElseThrow().error().message()).contains("more than 5 rows");
        assertThat(await(store().deadLetters(DeadLetterQuery.ofPipeline("test", 10))))
                .as("nothing was committed, so nothing counts")
                .isEmpty();
    }

    @Test
    void rows_that_a_failed_attempt_rejected_do_not_count_against_the_next() throws Exception {
        onDataError = DataErrorPolicy.DLQ;
        maxDeadLetters = 3;
        AtomicInteger attempts = new AtomicInteger();
        RunReport report = run(
                (port, cancel) -> {
                    StageGuest.Summary all = Guests.emit(port, 2);
                    if (attempts.incrementAndGet() == 1) {
                        Thread.sleep(100);
                        throw mayPass();
                    }
                    return all;
                },
                rejecting(3));
        assertThat(report.failure()).isEmpty();
        assertThat(report.streams().getFirst().rowsRejected()).isEqualTo(3);
    }

    @Test
    void a_run_whose_lease_was_taken_saves_nothing_more() throws Exception {
        RunReport report = run(
                (port, cancel) -> {
                    Guests.emit(port, 1);
                    sql("UPDATE leases SET epoch = epoch + 1, run_id = 'a-later-run'");
                    return new StageGuest.Summary(0, ROWS);
                },
                draining());
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        assertThat(report.failure().orElseThrow().error().code()).isEqualTo("state.lease-lost");
        assertThat(load().sequence()).isZero();
    }

    // Guests

    private static Guests.Work emitting(int batches, String position) {
        return (port, cancel) -> {
            Guests.emit(port, batches);
            return new StageGuest.Summary(0, (long) batches * ROWS, 0, position);
        };
    }

    private static Guests.Work draining() {
        return (port, cancel) -> Guests.drain(port, 0);
    }

    /** Fails once what it emitted before the barrier is durable. */
    private Guests.Work failingBehind(int batches, String payload) {
        return (port, cancel) -> {
            Guests.emit(port, batches);
            port.placeBarrier(payload);
            awaitFrontier();
            throw mayPass();
        };
    }

    private void awaitFrontier() throws InterruptedException {
        for (int i = 0; i < 1000 && events.stream().noneMatch(e -> e instanceof RunEvent.FrontierCommitted); i++) {
            Thread.sleep(5);
        }
    }

    /** Its connection breaks in the middle of the commit. */
    private static Guests.Work losingTheCommit() {
        return (port, cancel) -> {
            while (true) {
                switch (port.next()) {
                    case Inbound.Batch batch -> take(batch);
                    case Inbound.Barrier barrier -> {
                        port.prepareBarrier(barrier.id());
                        throw new ConnectorException(new ConnectorError(
                                ErrorCategory.TRANSIENT_NETWORK,
                                ErrorScope.PER_STREAM,
                                "test.commit-lost",
                                "the line broke during COMMIT",
                                true,
                                Optional.of(1L),
                                BackoffClass.FAST,
                                false,
                                Optional.of(CommitState.AFTER_COMMIT_UNKNOWN),
                                Optional.empty()));
                    }
                    case Inbound.End end -> throw new AssertionError("an end without a barrier");
                }
            }
        };
    }

    private static Guests.Work rejecting(int count) {
        return (port, cancel) -> {
            long rows = 0;
            while (true) {
                switch (port.next()) {
                    case Inbound.Batch batch -> {
                        if (rows == 0) {
                            take(batch);
                            for (int i = 0; i < count; i++) {
                                port.reject(new RejectedRecord(
                                        "users", "{\"id\":1}", ErrorCategory.DATA, "test.bad-row", "a bad row"));
                            }
                            rows = ROWS;
                        } else {
                            rows += take(batch);
                        }
                    }
                    case Inbound.Barrier barrier -> confirm(port, barrier);
                    case Inbound.End end -> {
                        return new StageGuest.Summary(rows, 0, count, "");
                    }
                }
            }
        };
    }

    private static void confirm(GuestPort port, Inbound.Barrier barrier) throws ConnectorException {
        port.prepareBarrier(barrier.id());
        port.confirmBarrier(barrier.id(), barrier.payload());
    }

    private static long take(Inbound.Batch batch) throws ConnectorException {
        batch.body().writeTo(ByteBuffer.allocateDirect(batch.body().size()));
        batch.body().release();
        return ROWS;
    }

    private static ConnectorException mayPass() {
        return new ConnectorException(error(true, true, Optional.of(1L), Optional.empty()));
    }

    private static ConnectorError error(
            boolean retryable, boolean safe, Optional<Long> retryAfterMs, Optional<CommitState> commitState) {
        return new ConnectorError(
                ErrorCategory.TRANSIENT_NETWORK,
                ErrorScope.PER_STREAM,
                "test.passes",
                "the line broke",
                retryable,
                retryAfterMs,
                BackoffClass.FAST,
                safe,
                commitState,
                Optional.empty());
    }

    private static Function<StreamContext, Future<Optional<Receipt>>> answer(
            long sequence, String payload, long rows, boolean complete) {
        return context -> Future.succeededFuture(
                Optional.of(new Receipt(context.run().loadId(), sequence, payload, rows, complete)));
    }

    private static String cursor(int value) {
        return "{\"type-name\":\"int8\",\"value\":\"" + value + "\",\"tie-breaker\":null}";
    }

    private static CursorValue value(int value) {
        return new CursorValue("int8", Integer.toString(value), Optional.empty());
    }

    // What is stored

    private StateStore store() {
        return opened.orElseThrow();
    }

    private Optional<CursorValue> storedCursor() {
        try {
            return await(store().cursors("test")).stream().findFirst().map(cursor -> cursor.value());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private LoadRecord load() throws Exception {
        return await(store().loads("test")).getLast();
    }

    private RunRecord record(String runId) throws Exception {
        return await(store().run(runId)).orElseThrow();
    }

    private void sql(String statement) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state.db"))) {
            connection.createStatement().execute(statement);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private List<RunEvent.StreamRetrying> retries() {
        return events.stream()
                .filter(e -> e instanceof RunEvent.StreamRetrying)
                .map(e -> (RunEvent.StreamRetrying) e)
                .toList();
    }

    // Runs

    private FakeCrew crew(Guests.Work source, Guests.Work destination) {
        return new FakeCrew(0, List.of(guests.guest(source), guests.guest(destination)));
    }

    private RunReport run(Guests.Work source, Guests.Work destination) throws Exception {
        return run(crew(source, destination));
    }

    private RunReport run(FakeCrew crew) throws Exception {
        events.clear();
        return await(deploy(crew)
                .submit("r" + runs.incrementAndGet(), pipeline(), "test", events::add)
                .report());
    }

    private Failure refusal(FakeCrew crew) {
        return failure(catchThrowable(() -> run(crew)));
    }

    private static Failure failure(Throwable thrown) {
        if (thrown instanceof ExecutionException && thrown.getCause() instanceof FailureException e) {
            return e.failure();
        }
        throw new AssertionError("no refusal", thrown);
    }

    private Orchestrator deploy(FakeCrew crew) throws Exception {
        for (String before : vertx.deploymentIDs()) {
            await(vertx.undeploy(before));
        }
        Orchestrator made = new Orchestrator(
                (pipeline, runId) -> List.of(new StreamPlan(context(runId), fingerprint, crew)),
                pool,
                stores.orElseThrow(),
                RunTracer.NONE,
                leaseRenewal);
        await(vertx.deployVerticle(made));
        return made;
    }

    private StreamContext context(String runId) {
        return new StreamContext(
                "users",
                syncMode,
                writeMode,
                List.of(),
                Optional.empty(),
                syncMode == SyncMode.INCREMENTAL
                        ? Optional.of(new Cursor(
                                cursorField,
                                Optional.empty(),
                                Optional.empty(),
                                CursorNulls.FAIL,
                                0,
                                List.of(),
                                Optional.empty()))
                        : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new StreamLimits(1 << 20, 1 << 20, 4, 0, 0, 0),
                new StreamPolicies(onDataError, SchemaEvolution.DEFAULT),
                Optional.empty(),
                RunIdentity.outsideOfRuns("test", runId));
    }

    private Pipeline pipeline() {
        return new Pipeline(
                "test",
                new SourceSettings(
                        "fake",
                        JsonNodeFactory.instance.objectNode(),
                        List.of(new StreamSettings("users", syncMode, Optional.empty(), Optional.empty()))),
                List.of(),
                new DestinationSettings(
                        "fake",
                        JsonNodeFactory.instance.objectNode(),
                        writeMode,
                        List.of(),
                        new StreamPolicies(onDataError, SchemaEvolution.DEFAULT),
                        maxDeadLetters),
                StateSettings.DEFAULT,
                new Resources(1, new StreamLimits(1 << 20, 1 << 20, 4, 0, 0, 0), maxRetries, Compression.NONE),
                Optional.empty(),
                new Origins("p.yaml", Map.of()));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
