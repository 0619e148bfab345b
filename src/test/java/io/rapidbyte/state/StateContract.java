package io.rapidbyte.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store promises, whatever database it lies in. */
abstract class StateContract {
    static final String PIPELINE = "shop";
    static final LeaseHolder ME = LeaseHolder.ofThisProcess();
    static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    final Vertx vertx = Vertx.vertx();
    StateStore store;

    /** A place where no state is yet, the same one throughout a test. */
    abstract StateLocation location();

    /** A connection of the test's own to the state's tables. */
    abstract Connection connect() throws SQLException;

    @BeforeEach
    void open() {
        store = get(StateStore.open(vertx, location()));
    }

    @AfterEach
    void close() {
        get(store.close());
        get(vertx.close());
    }

    static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    static <X extends StateException> X failure(Class<X> type, Future<?> future) {
        X failure = catchThrowableOfType(type, () -> get(future));
        assertThat(failure).as("should have failed").isNotNull();
        return failure;
    }

    void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    long count(String table) {
        return number("SELECT count(*) FROM " + table);
    }

    long number(String query) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    static LoadRequest request(String stream, SyncMode mode) {
        Optional<String> field = mode == SyncMode.INCREMENTAL ? Optional.of("version") : Optional.empty();
        return new LoadRequest(stream, mode, WriteMode.APPEND, "print-1", field, Optional.empty());
    }

    static RunStart start(String runId, LeaseHolder holder, LoadRequest... streams) {
        return new RunStart(PIPELINE, runId, holder, NOON, "test", List.of(streams));
    }

    OpenRun begin(String runId) {
        return get(store.beginRun(
                start(runId, ME, request("orders", SyncMode.FULL_REFRESH), request("events", SyncMode.INCREMENTAL))));
    }

    static LoadFrontier frontier(Load load, long sequence, boolean last) {
        return new LoadFrontier(
                load.stream(), load.loadId(), 1, sequence, "p" + sequence, last, sequence * 100, 0, Optional.empty());
    }

    static LoadFrontier frontier(Load load, long sequence, CursorValue cursor) {
        return new LoadFrontier(
                load.stream(), load.loadId(), 1, sequence, "p" + sequence, false, sequence, 0, Optional.of(cursor));
    }

    static List<RejectedRecord> rejected(int... ids) {
        List<RejectedRecord> records = new ArrayList<>();
        for (int id : ids) {
            records.add(new RejectedRecord(
                    "orders", "{\"id\":" + id + ",\"name\":\"Zoë\"}", ErrorCategory.DATA, "pg.null", "id " + id));
        }
        return records;
    }

    static RunReport report(OpenRun run, RunStatus status) {
        List<StreamReport> streams = run.loads().stream()
                .map(load -> new StreamReport(
                        load.stream(),
                        status,
                        10,
                        9,
                        1,
                        1000,
                        2,
                        1,
                        Optional.empty(),
                        Duration.ofMillis(1500),
                        List.of("careful"),
                        List.of(),
                        Map.of(),
                        Map.of(),
                        Optional.empty()))
                .toList();
        return new RunReport(
                run.runId(), run.pipeline(), status, NOON, Duration.ofSeconds(3), streams, Optional.empty());
    }

    /** What a run left that died without a word. */
    static LeaseHolder deadProcess() {
        return new LeaseHolder(ME.host(), ME.pidSpace(), 4_000_000L, NOON);
    }

    static LeaseHolder elsewhere() {
        return new LeaseHolder("other-host", "", 1, NOON);
    }

    List<String> letters() {
        return get(store.deadLetters(DeadLetterQuery.ofPipeline(PIPELINE, 100))).stream()
                .map(letter -> letter.rejected().row())
                .toList();
    }

    // Loads

    @Test
    void a_first_run_gets_a_new_load_for_each_stream() {
        OpenRun run = begin("run-1");
        assertThat(run.epoch()).isEqualTo(1);
        assertThat(run.loads()).extracting(Load::stream).containsExactly("orders", "events");
        assertThat(run.loads()).allSatisfy(load -> {
            assertThat(load.continued()).isFalse();
            assertThat(load.sequence()).isZero();
            assertThat(load.payload()).isEmpty();
            assertThat(load.cursor()).isEmpty();
        });
        assertThat(run.loads()).extracting(Load::loadId).doesNotHaveDuplicates();
    }

    @Test
    void a_load_is_continued_until_it_is_complete() {
        OpenRun first = begin("run-1");
        get(store.saveFrontier(first, frontier(first.loads().getFirst(), 3, false)));
        get(store.finishRun(first, report(first, RunStatus.FAILED)));

        OpenRun second = begin("run-2");
        Load load = second.loads().getFirst();
        assertThat(load.loadId()).isEqualTo(first.loads().getFirst().loadId());
        assertThat(load.continued()).isTrue();
        assertThat(load.sequence()).isEqualTo(3);
        assertThat(load.payload()).isEqualTo("p3");
        assertThat(load.rows()).isEqualTo(300);
        assertThat(load.fingerprint()).isEqualTo("print-1");
        get(store.saveFrontier(second, frontier(load, 4, true)));
        get(store.finishRun(second, report(second, RunStatus.SUCCEEDED)));

        Load third = begin("run-3").loads().getFirst();
        assertThat(third.loadId()).isNotEqualTo(load.loadId());
        assertThat(third.continued()).isFalse();
    }

    @Test
    void the_stored_fingerprint_comes_back_whatever_is_asked_for_and_a_load_can_be_replaced() {
        OpenRun first = begin("run-1");
        Load load = first.loads().getFirst();
        get(store.prepareDeadLetters(first, load, 1, 1, rejected(1), "schema"));
        get(store.saveFrontier(first, frontier(load, 1, false)));
        get(store.prepareDeadLetters(first, load, 1, 2, rejected(2), "schema"));
        get(store.finishRun(first, report(first, RunStatus.FAILED)));

        LoadRequest changed = new LoadRequest(
                "orders", SyncMode.FULL_REFRESH, WriteMode.REPLACE, "print-2", Optional.empty(), Optional.empty());
        OpenRun second = get(store.beginRun(start("run-2", ME, changed)));
        assertThat(second.loads().getFirst().fingerprint()).isEqualTo("print-1");

        Load fresh = get(store.replaceLoad(second, changed));
        assertThat(fresh.loadId()).isNotEqualTo(load.loadId());
        assertThat(fresh.fingerprint()).isEqualTo("print-2");
        assertThat(fresh.continued()).isFalse();
        assertThat(letters()).as("the rows are read again").isEmpty();
        assertThat(count("dead_letters")).isZero();
        StreamRecord stream = get(store.run("run-2")).orElseThrow().streams().getFirst();
        assertThat(stream.loadId()).isEqualTo(fresh.loadId());
        assertThat(get(store.loads(PIPELINE)))
                .filteredOn(l -> l.stream().equals("orders"))
                .extracting(LoadRecord::status)
                .containsExactly(LoadRecord.Status.OPEN);
    }

    @Test
    void of_each_stream_the_open_load_is_kept_and_the_last_that_ended() {
        for (int i = 1; i <= 5; i++) {
            OpenRun run = begin("run-" + i);
            get(store.saveFrontier(run, frontier(run.loads().getFirst(), 1, true)));
            get(store.finishRun(run, report(run, RunStatus.SUCCEEDED)));
        }
        assertThat(get(store.loads(PIPELINE)))
                .extracting(LoadRecord::stream, LoadRecord::status)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("events", LoadRecord.Status.OPEN),
                        org.assertj.core.groups.Tuple.tuple("orders", LoadRecord.Status.COMPLETE));
    }

    // Frontiers

    @Test
    void a_frontier_moves_forward_only_and_may_be_saved_again() {
        OpenRun run = begin("run-1");
        Load load = run.loads().getFirst();
        get(store.saveFrontier(run, frontier(load, 5, false)));
        get(store.saveFrontier(run, frontier(load, 5, false)));
        assertThat(failure(StateException.class, store.saveFrontier(run, frontier(load, 4, false)))
                        .code())
                .isEqualTo("state.frontier-order");
        get(store.saveFrontier(run, frontier(load, 9, true)));
        get(store.saveFrontier(run, frontier(load, 9, true)));
        assertThat(failure(StateException.class, store.saveFrontier(run, frontier(load, 10, false)))
                        .code())
                .isEqualTo("state.frontier-order");
    }

    @Test
    void a_frontier_of_an_unknown_load_is_refused() {
        OpenRun run = begin("run-1");
        LoadFrontier frontier = new LoadFrontier("orders", "nobody", 1, 1, "", false, 1, 0, Optional.empty());
        assertThat(failure(StateException.class, store.saveFrontier(run, frontier))
                        .code())
                .isEqualTo("state.no-load");
    }

    @Test
    void cursor_letters_and_progress_of_a_frontier_are_one_transaction_I7() {
        OpenRun run = begin("run-1");
        Load load = run.loads().get(1);
        get(store.prepareDeadLetters(run, load, 1, 1, rejected(1), "schema"));
        // the last statement of the transaction fails
        execute("ALTER TABLE dead_letters RENAME TO hidden");
        failure(
                StateException.class,
                store.saveFrontier(run, frontier(load, 1, new CursorValue("int8", "7", Optional.empty()))));
        execute("ALTER TABLE hidden RENAME TO dead_letters");
        assertThat(get(store.cursors(PIPELINE))).isEmpty();
        assertThat(get(store.loads(PIPELINE)))
                .allSatisfy(l -> assertThat(l.sequence()).isZero());
        assertThat(letters()).isEmpty();

        get(store.saveFrontier(run, frontier(load, 1, new CursorValue("int8", "7", Optional.empty()))));
        assertThat(get(store.cursors(PIPELINE))).hasSize(1);
        assertThat(letters()).hasSize(1);
    }

    @Test
    void work_that_throws_in_the_middle_of_a_transaction_leaves_nothing_and_no_lock() {
        OpenRun run = begin("run-1");
        Load load = run.loads().getFirst();
        LoadFrontier other = new LoadFrontier("orders", "nobody", 1, 1, "", false, 1, 0, Optional.empty());
        failure(StateException.class, store.saveFrontier(run, other));
        execute("UPDATE leases SET epoch = epoch");
        get(store.saveFrontier(run, frontier(load, 1, false)));
    }

    @Test
    void an_empty_cursor_never_overwrites_a_stored_one_I9() {
        OpenRun run = begin("run-1");
        Load load = run.loads().get(1);
        CursorValue seven = new CursorValue("int8", "7", Optional.of("[\"1\"]"));
        get(store.saveFrontier(run, frontier(load, 1, seven)));
        get(store.saveFrontier(run, frontier(load, 2, new CursorValue("int8", "", Optional.empty()))));
        get(store.saveFrontier(run, frontier(load, 3, false)));
        assertThat(get(store.cursors(PIPELINE))).extracting(StoredCursor::value).containsExactly(seven);

        get(store.saveFrontier(run, frontier(load, 4, new CursorValue("int8", "8", Optional.empty()))));
        get(store.finishRun(run, report(run, RunStatus.FAILED)));
        assertThat(begin("run-2").loads().get(1).cursor()).contains(new CursorValue("int8", "8", Optional.empty()));
    }

    @Test
    void a_cursor_is_kept_with_the_columns_that_its_load_was_opened_for_I9() {
        OpenRun run = begin("run-1");
        get(store.saveFrontier(run, frontier(run.loads().get(1), 1, new CursorValue("int8", "7", Optional.empty()))));
        assertThat(get(store.cursors(PIPELINE))).singleElement().satisfies(cursor -> {
            assertThat(cursor.field()).contains("version");
            assertThat(cursor.tieBreakerField()).isEmpty();
        });
        LoadRequest changed = new LoadRequest(
                "events", SyncMode.INCREMENTAL, WriteMode.APPEND, "print-2", Optional.of("at"), Optional.of("id"));
        Load load = get(store.replaceLoad(run, changed));
        assertThat(get(store.cursors(PIPELINE)))
                .extracting(StoredCursor::field)
                .containsExactly(Optional.of("version"));
        get(store.adoptReceipt(
                run,
                load,
                new Receipt(load.loadId(), 1, "p1", 1, false),
                Optional.of(new CursorValue("date", "2026-01-01", Optional.empty()))));
        assertThat(get(store.cursors(PIPELINE))).singleElement().satisfies(cursor -> {
            assertThat(cursor.field()).contains("at");
            assertThat(cursor.tieBreakerField()).contains("id");
        });
        get(store.finishRun(run, report(run, RunStatus.FAILED)));
    }

    @Test
    void a_state_of_an_earlier_version_goes_on() throws SQLException {
        get(store.close());
        String[] tables = {
            "replayed_letters",
            "state_identity",
            "migrations",
            "connector_entries",
            "cursors",
            "loads",
            "dead_letters",
            "dead_letter_schemas",
            "attempts",
            "run_notes",
            "run_streams",
            "runs",
            "leases"
        };
        for (String table : tables) {
            execute("DROP TABLE " + table);
        }
        Dialect dialect = switch (location()) {
            case StateLocation.SqliteFile file -> new SqliteDialect(file.path());
            case PostgresLocation postgres -> new PostgresDialect(postgres);
        };
        try (Connection connection = dialect.connect()) {
            new Migrations(dialect, Migrations.all().subList(0, 1)).apply(connection);
        }
        execute("INSERT INTO cursors (pipeline, stream, format, type_name, cursor_value, updated_at)"
                + " VALUES ('shop', 'events', 1, 'int8', '7', 0)");
        store = get(StateStore.open(vertx, location()));
        OpenRun run = begin("run-1");
        assertThat(run.stateId()).isNotEmpty();
        assertThat(run.loads().get(1).cursor()).contains(new CursorValue("int8", "7", Optional.empty()));
        assertThat(get(store.cursors(PIPELINE))).extracting(StoredCursor::field).containsExactly(Optional.empty());
        get(store.finishRun(run, report(run, RunStatus.SUCCEEDED)));
    }

    @Test
    void a_cursor_of_a_newer_format_is_refused_I9() {
        OpenRun run = begin("run-1");
        get(store.saveFrontier(run, frontier(run.loads().get(1), 1, new CursorValue("int8", "7", Optional.empty()))));
        get(store.finishRun(run, report(run, RunStatus.SUCCEEDED)));
        execute("UPDATE cursors SET format = " + (Cursors.FORMAT + 1));
        assertThat(failure(
                        StateException.class,
                        store.beginRun(start("run-2", ME, request("events", SyncMode.INCREMENTAL)))))
                .hasMessageContaining("newer version")
                .extracting(StateException::code)
                .isEqualTo("state.newer");
        assertThat(number("SELECT count(*) FROM cursors")).isEqualTo(1);
    }

    // Dead letters

    @Test
    void dead_letters_count_once_their_frontier_is_saved_I20() {
        OpenRun run = begin("run-1");
        Load load = run.loads().getFirst();
        get(store.prepareDeadLetters(run, load, 1, 1, rejected(1, 2), "schema-a"));
        assertThat(letters()).isEmpty();
        get(store.saveFrontier(run, frontier(load, 1, false)));
        get(store.prepareDeadLetters(run, load, 1, 2, rejected(3), "schema-b"));
        assertThat(letters()).hasSize(2);
        assertThat(get(store.deadLetterCount("run-1"))).isEqualTo(2);

        DeadLetter letter =
                get(store.deadLetters(DeadLetterQuery.ofPipeline(PIPELINE, 1))).getFirst();
        assertThat(letter.rejected()).isEqualTo(rejected(1).getFirst());
        assertThat(letter.schema()).isEqualTo("schema-a");
        assertThat(letter.sequence()).isEqualTo(1);
        assertThat(get(store.deadLetter(letter.id()))).contains(letter);
        DeadLetterQuery rest = new DeadLetterQuery(
                Optional.of(PIPELINE), Optional.of("orders"), Optional.of("run-1"), 10, letter.id());
        assertThat(get(store.deadLetters(rest))).hasSize(1);

        get(store.removeDeadLetters(List.of(letter.id(), 999L)));
        assertThat(letters()).hasSize(1);
        assertThat(get(store.deadLetter(letter.id()))).isEmpty();
    }

    @Test
    void what_a_failed_attempt_left_pending_is_dropped_by_the_next() {
        OpenRun run = begin("run-1");
        Load load = run.loads().getFirst();
        get(store.prepareDeadLetters(run, load, 1, 1, rejected(1), "s"));
        get(store.prepareDeadLetters(run, load, 2, 1, List.of(), "s"));
        get(store.saveFrontier(run, at(load, 2, 1)));
        assertThat(count("dead_letters")).isZero();
        get(store.prepareDeadLetters(run, load, 2, 2, rejected(2), "s"));
        get(store.prepareDeadLetters(run, load, 2, 2, rejected(2), "s"));
        get(store.saveFrontier(run, at(load, 2, 2)));
        assertThat(letters()).containsExactly(rejected(2).getFirst().row());
    }

    private static LoadFrontier at(Load load, int attempt, long sequence) {
        return new LoadFrontier(load.stream(), load.loadId(), attempt, sequence, "", false, 0, 0, Optional.empty());
    }

    @Test
    void a_hostile_row_is_kept_whatever_it_holds_I30() {
        OpenRun run = begin("run-1");
        Load load = run.loads().getFirst();
        RejectedRecord hostile =
                new RejectedRecord("x", "{\"a\":\"'; --\0\uD83D\uDE00\"}", ErrorCategory.DATA, "c\0", "m\0");
        get(store.prepareDeadLetters(run, load, 1, 1, List.of(hostile), "s\0"));
        get(store.saveFrontier(run, frontier(load, 1, false)));
        assertThat(letters()).containsExactly("{\"a\":\"'; --\\u0000\uD83D\uDE00\"}");
    }

    // Receipts

    @Test
    void a_receipt_newer_than_state_is_adopted_with_its_letters_and_cursor_I8() {
        OpenRun first = begin("run-1");
        Load load = first.loads().get(1);
        get(store.prepareDeadLetters(first, load, 1, 1, rejected(1), "s"));
        get(store.saveFrontier(first, frontier(load, 1, new CursorValue("int8", "7", Optional.empty()))));
        get(store.prepareDeadLetters(first, load, 1, 2, rejected(2, 3), "s"));
        get(store.prepareDeadLetters(first, load, 1, 3, rejected(4), "s"));
        get(store.finishRun(first, report(first, RunStatus.FAILED)));

        OpenRun run = begin("run-2");
        CursorValue nine = new CursorValue("int8", "9", Optional.of("[\"3\"]"));
        Receipt receipt = new Receipt(load.loadId(), 2, "p2", 40, false);
        Load adopted = get(store.adoptReceipt(run, run.loads().get(1), receipt, Optional.of(nine)));
        assertThat(adopted.sequence()).isEqualTo(2);
        assertThat(adopted.payload()).isEqualTo("p2");
        assertThat(adopted.rejected()).isEqualTo(2);
        assertThat(adopted.rows()).isEqualTo(42);
        assertThat(adopted.cursor()).contains(nine);
        assertThat(get(store.cursors(PIPELINE))).extracting(StoredCursor::value).containsExactly(nine);
        assertThat(letters()).hasSize(3);
        assertThat(count("dead_letters")).as("what came after the receipt").isEqualTo(3);
    }

    @Test
    void a_receipt_that_tells_nothing_new_only_drops_what_is_pending() {
        OpenRun run = begin("run-1");
        Load load = run.loads().getFirst();
        get(store.saveFrontier(run, frontier(load, 2, false)));
        get(store.prepareDeadLetters(run, load, 1, 3, rejected(1), "s"));
        Load same =
                get(store.adoptReceipt(run, load, new Receipt(load.loadId(), 2, "p2", 200, false), Optional.empty()));
        assertThat(same.sequence()).isEqualTo(2);
        assertThat(same.rows()).isEqualTo(200);
        assertThat(count("dead_letters")).isZero();
        get(store.adoptReceipt(run, load, new Receipt(load.loadId(), 0, "", 0, false), Optional.empty()));
        assertThat(get(store.loads(PIPELINE)))
                .filteredOn(l -> l.stream().equals("orders"))
                .extracting(LoadRecord::sequence)
                .containsExactly(2L);
    }

    @Test
    void a_complete_receipt_completes_the_load() {
        OpenRun run = begin("run-1");
        Load load = run.loads().getFirst();
        get(store.adoptReceipt(run, load, new Receipt(load.loadId(), 7, "", 70, true), Optional.empty()));
        assertThat(get(store.loads(PIPELINE)))
                .filteredOn(l -> l.stream().equals("orders"))
                .extracting(LoadRecord::status)
                .containsExactly(LoadRecord.Status.COMPLETE);
        assertThat(failure(
                                StateException.class,
                                store.adoptReceipt(run, load, new Receipt("other", 8, "", 0, false), Optional.empty()))
                        .code())
                .isEqualTo("state.receipt-of-other-load");
    }

    // Leases

    @Test
    void a_second_run_is_refused_and_told_who_holds_the_lease() {
        begin("run-1");
        LeaseHeldException held = failure(LeaseHeldException.class, store.beginRun(start("run-2", elsewhere())));
        assertThat(held.lease().runId()).isEqualTo("run-1");
        assertThat(held.lease().holder()).isEqualTo(ME);
        assertThat(held)
                .hasMessageContaining("process " + ME.pid() + " on " + ME.host())
                .hasMessageContaining("run-1")
                .hasMessageContaining(held.lease().expiresAt().toString());
        assertThat(Duration.between(held.lease().acquiredAt(), held.lease().expiresAt()))
                .isEqualTo(StateStore.LEASE_TIME);
        assertThat(get(store.run("run-2"))).isEmpty();
        assertThat(get(store.lease(PIPELINE)).orElseThrow().epoch()).isEqualTo(1);
    }

    @Test
    void pipelines_do_not_wait_for_each_other() {
        begin("run-1");
        get(store.beginRun(new RunStart("other", "run-2", ME, NOON, "test", List.of())));
    }

    @Test
    void a_finished_run_gives_its_lease_back() {
        OpenRun run = begin("run-1");
        get(store.finishRun(run, report(run, RunStatus.SUCCEEDED)));
        assertThat(get(store.lease(PIPELINE))).isEmpty();
        assertThat(begin("run-2").epoch()).isEqualTo(2);
    }

    private static LoadRequest replay(String stream) {
        return new LoadRequest(
                stream,
                LoadPurpose.REPLAY,
                SyncMode.FULL_REFRESH,
                WriteMode.APPEND,
                "print-of-replay",
                Optional.empty(),
                Optional.empty());
    }

    /** A pipeline whose full refresh has ended with these dead letters. */
    private List<DeadLetter> completedWith(WriteMode mode, int... ids) {
        OpenRun run = get(store.beginRun(start(
                "run-" + ids[0],
                ME,
                new LoadRequest(
                        "orders", SyncMode.FULL_REFRESH, mode, "print-1", Optional.empty(), Optional.empty()))));
        Load load = run.loads().getFirst();
        get(store.prepareDeadLetters(run, load, 1, 1, rejected(ids), "{}"));
        get(store.saveFrontier(run, frontier(load, 1, true)));
        get(store.finishRun(run, report(run, RunStatus.SUCCEEDED)));
        return kept().stream()
                .filter(letter -> letter.runId().equals(run.runId()))
                .toList();
    }

    private List<DeadLetter> kept() {
        return get(store.deadLetters(DeadLetterQuery.ofPipeline(PIPELINE, 100)));
    }

    private static RejectedRecord refusal(DeadLetter letter) {
        return new RejectedRecord("orders", letter.rejected().row(), ErrorCategory.DATA, "pg.again", "again");
    }

    /** I7: what a replay's frontier took goes, and what it refused stays, in the transaction that saves the frontier. */
    @Test
    void what_a_replay_noted_is_done_with_its_frontier() {
        List<DeadLetter> all = completedWith(WriteMode.APPEND, 1, 2, 3);
        OpenRun run = get(store.beginRun(start("replay-1", ME, replay("orders"))));
        Load load = run.loads().getFirst();
        get(store.prepareReplay(
                run,
                load,
                1,
                List.of(
                        new ReplayedLetter(all.get(0).id(), Optional.empty()),
                        new ReplayedLetter(all.get(1).id(), Optional.of(refusal(all.get(1)))))));
        assertThat(kept()).isEqualTo(all);

        get(store.saveReplayed(run, frontier(load, 1, false)));
        get(store.saveReplayed(run, frontier(load, 1, false)));
        List<DeadLetter> left = kept();
        assertThat(left)
                .extracting(DeadLetter::id)
                .containsExactly(all.get(1).id(), all.get(2).id());
        assertThat(left.getFirst().tries()).isEqualTo(2);
        assertThat(left.getFirst().rejected()).isEqualTo(refusal(all.get(1)));
        assertThat(left.getLast()).isEqualTo(all.getLast());
        assertThat(count("replayed_letters")).isZero();
    }

    /** I8: what the destination committed before anybody could say so is done when its receipt is adopted; the rest is void. */
    @Test
    void what_a_dead_replay_noted_is_done_as_far_as_the_receipt_says() {
        List<DeadLetter> all = completedWith(WriteMode.APPEND, 1, 2);
        OpenRun dead = get(store.beginRun(start("replay-1", deadProcess(), replay("orders"))));
        Load load = dead.loads().getFirst();
        get(store.prepareReplay(
                dead,
                load,
                1,
                List.of(
                        new ReplayedLetter(all.get(0).id(), Optional.empty()),
                        new ReplayedLetter(all.get(1).id(), Optional.of(refusal(all.get(1)))))));

        OpenRun next = get(store.beginRun(start("replay-2", ME, replay("orders"))));
        Load open = next.loads().getFirst();
        assertThat(open.loadId()).isEqualTo(load.loadId());
        assertThat(open.continued()).isTrue();
        Load nothing =
                get(store.adoptReceipt(next, open, new Receipt(load.loadId(), 0, "", 0, false), Optional.empty()));
        assertThat(nothing.sequence()).isZero();
        assertThat(kept()).isEqualTo(all);
        assertThat(count("replayed_letters")).isZero();

        get(store.prepareReplay(
                next,
                open,
                1,
                List.of(
                        new ReplayedLetter(all.get(0).id(), Optional.empty()),
                        new ReplayedLetter(all.get(1).id(), Optional.of(refusal(all.get(1)))))));
        Load adopted =
                get(store.adoptReceipt(next, open, new Receipt(load.loadId(), 1, "x", 1, false), Optional.empty()));
        assertThat(adopted.rows()).isEqualTo(2);
        assertThat(adopted.rejected()).isEqualTo(1);
        assertThat(kept())
                .singleElement()
                .satisfies(letter -> assertThat(letter.tries()).isEqualTo(2));
    }

    @Test
    void a_replay_and_a_load_of_its_stream_are_open_at_the_same_time() {
        completedWith(WriteMode.APPEND, 1);
        OpenRun run = begin("run-9");
        Load own = run.loads().getFirst();
        get(store.saveFrontier(run, frontier(own, 1, false)));
        get(store.finishRun(run, report(run, RunStatus.FAILED)));
        OpenRun replay = get(store.beginRun(start("replay-1", ME, replay("orders"))));
        Load first = replay.loads().getFirst();
        assertThat(first.loadId()).isNotEqualTo(own.loadId());
        assertThat(first.continued()).isFalse();

        get(store.prepareReplay(
                replay, first, 1, List.of(new ReplayedLetter(kept().getFirst().id(), Optional.empty()))));
        Load second = get(store.replaceLoad(replay, replay("orders")));
        assertThat(second.loadId()).isNotEqualTo(first.loadId());
        assertThat(count("replayed_letters")).isZero();
        assertThat(kept()).hasSize(1);
        get(store.finishRun(replay, report(replay, RunStatus.FAILED)));

        OpenRun again = begin("run-10");
        assertThat(again.loads().getFirst().loadId()).isEqualTo(own.loadId());
        assertThat(get(store.loads(PIPELINE)))
                .allSatisfy(load -> assertThat(load.stream()).isIn("orders", "events"));
        assertThat(get(store.loads(PIPELINE)))
                .extracting(LoadRecord::loadId)
                .doesNotContain(first.loadId(), second.loadId());
    }

    @Test
    void dead_letters_of_a_table_that_was_read_again_are_obsolete() {
        long first = completedWith(WriteMode.REPLACE, 1).getFirst().id();
        assertThat(get(store.keptLetters(PIPELINE)))
                .extracting(KeptLetter::standing)
                .containsExactly(KeptLetter.Standing.MISSING);
        long second = completedWith(WriteMode.REPLACE, 2).getFirst().id();
        assertThat(get(store.keptLetters(PIPELINE)))
                .extracting(KeptLetter::id, KeptLetter::standing)
                .containsExactly(
                        tuple(first, KeptLetter.Standing.OBSOLETE), tuple(second, KeptLetter.Standing.MISSING));
        assertThat(kept()).extracting(DeadLetter::obsolete).containsExactly(true, false);
        completedWith(WriteMode.APPEND, 3);
        assertThat(get(store.keptLetters(PIPELINE)).get(1).standing()).isEqualTo(KeptLetter.Standing.MISSING);
    }

    @Test
    void dead_letters_of_an_unfinished_replacement_are_told_apart_and_obsolete_once_it_is_given_up() {
        OpenRun run = get(store.beginRun(start(
                "run-1",
                ME,
                new LoadRequest(
                        "orders",
                        SyncMode.FULL_REFRESH,
                        WriteMode.REPLACE,
                        "print-1",
                        Optional.empty(),
                        Optional.empty()))));
        Load load = run.loads().getFirst();
        get(store.prepareDeadLetters(run, load, 1, 1, rejected(1), "{}"));
        get(store.saveFrontier(run, frontier(load, 1, false)));
        get(store.finishRun(run, report(run, RunStatus.FAILED)));
        assertThat(get(store.keptLetters(PIPELINE)).getFirst().standing()).isEqualTo(KeptLetter.Standing.UNFINISHED);

        assertThat(get(store.resetStream(PIPELINE, "orders", ME))).isTrue();
        assertThat(get(store.keptLetters(PIPELINE)).getFirst().standing()).isEqualTo(KeptLetter.Standing.OBSOLETE);
    }

    /** I8: destinations compare epochs of the same state only, so each names itself, once and for all. */
    @Test
    void a_state_names_itself_for_as_long_as_it_lasts() {
        OpenRun run = begin("run-1");
        assertThat(run.stateId()).matches("[0-9a-f]{32}");
        get(store.finishRun(run, report(run, RunStatus.FAILED)));
        get(store.resetStream(PIPELINE, "orders", ME));
        get(store.close());

        store = get(StateStore.open(vertx, location()));
        OpenRun later = begin("run-2");
        assertThat(later.stateId()).isEqualTo(run.stateId());
        assertThat(later.epoch()).as("a reset counts on").isGreaterThan(run.epoch());
        get(store.finishRun(later, report(later, RunStatus.SUCCEEDED)));
    }

    @Test
    void an_expired_lease_is_taken_over_and_its_run_marked_interrupted() {
        get(store.beginRun(start("run-1", elsewhere(), request("orders", SyncMode.FULL_REFRESH))));
        execute("UPDATE leases SET expires_at = 1");
        assertThat(begin("run-2").epoch()).isEqualTo(2);
        RunRecord dead = get(store.run("run-1")).orElseThrow();
        assertThat(dead.state()).isEqualTo(RunState.INTERRUPTED);
        assertThat(dead.endedAt()).isPresent();
        assertThat(dead.streams()).extracting(StreamRecord::state).containsExactly(RunState.INTERRUPTED);
    }

    @Test
    void the_lease_of_a_dead_process_of_this_host_is_taken_over_at_once() {
        get(store.beginRun(start("run-1", deadProcess())));
        assertThat(begin("run-2").epoch()).isEqualTo(2);
    }

    @Test
    void a_process_id_that_was_given_to_another_process_is_recognised() {
        LeaseHolder recycled = new LeaseHolder(
                ME.host(), ME.pidSpace(), ME.pid(), ME.startedAt().minusSeconds(60));
        get(store.beginRun(start("run-1", recycled)));
        assertThat(begin("run-2").epoch()).isEqualTo(2);
    }

    @Test
    void the_same_process_id_in_another_container_says_nothing() {
        get(store.beginRun(start("run-1", new LeaseHolder(ME.host(), "pid:[1]", 4_000_000L, NOON))));
        failure(LeaseHeldException.class, store.beginRun(start("run-2", ME)));
    }

    @Test
    void a_run_that_lost_its_lease_writes_nothing_more() {
        OpenRun zombie = get(store.beginRun(start("run-1", elsewhere(), request("orders", SyncMode.FULL_REFRESH))));
        Load load = zombie.loads().getFirst();
        execute("UPDATE leases SET expires_at = 1");
        OpenRun run = begin("run-2");

        failure(LeaseLostException.class, store.renew(zombie));
        failure(LeaseLostException.class, store.saveFrontier(zombie, frontier(load, 1, true)));
        failure(LeaseLostException.class, store.prepareDeadLetters(zombie, load, 1, 1, rejected(1), "s"));
        failure(
                LeaseLostException.class,
                store.adoptReceipt(zombie, load, new Receipt(load.loadId(), 1, "", 1, true), Optional.empty()));
        failure(LeaseLostException.class, store.replaceLoad(zombie, request("orders", SyncMode.FULL_REFRESH)));
        failure(LeaseLostException.class, store.attemptStarted(zombie, "orders", 1, NOON));
        failure(LeaseLostException.class, store.attemptEnded(zombie, attemptEnd(1, Optional.empty())));
        failure(LeaseLostException.class, store.schemaChanged(zombie, "orders", List.of("x")));
        LeaseLostException lost =
                failure(LeaseLostException.class, store.finishRun(zombie, report(zombie, RunStatus.SUCCEEDED)));

        assertThat(lost).hasMessageContaining("run-1").hasMessageContaining(PIPELINE);
        assertThat(get(store.loads(PIPELINE)))
                .allSatisfy(l -> assertThat(l.sequence()).isZero());
        assertThat(count("dead_letters")).isZero();
        assertThat(count("attempts")).isZero();
        assertThat(get(store.run("run-1")).orElseThrow().state()).isEqualTo(RunState.INTERRUPTED);
        get(store.renew(run));
    }

    @Test
    void a_lease_that_expired_unnoticed_is_still_its_holders() {
        OpenRun run = begin("run-1");
        execute("UPDATE leases SET expires_at = 1");
        get(store.renew(run));
        assertThat(get(store.lease(PIPELINE)).orElseThrow().expiresAt()).isAfter(Instant.now());
        execute("UPDATE leases SET expires_at = 1");
        get(store.saveFrontier(run, frontier(run.loads().getFirst(), 1, false)));
        failure(LeaseHeldException.class, store.beginRun(start("run-2", elsewhere())));
    }

    // Books

    @Test
    void a_run_is_recorded_with_its_streams_and_attempts() {
        OpenRun run = begin("run-1");
        get(store.attemptStarted(run, "orders", 1, NOON));
        get(store.attemptEnded(run, attemptEnd(1, Optional.of(Duration.ofMillis(250)))));
        get(store.attemptStarted(run, "orders", 2, NOON.plusSeconds(1)));
        get(store.schemaChanged(run, "orders", List.of("ALTER TABLE orders ADD COLUMN a int4")));
        Load load = run.loads().getFirst();
        get(store.prepareDeadLetters(run, load, 2, 1, rejected(1), "s"));
        get(store.saveFrontier(run, at(load, 2, 1)));

        RunRecord running = get(store.run("run-1")).orElseThrow();
        assertThat(running.state()).isEqualTo(RunState.RUNNING);
        assertThat(running.endedAt()).isEmpty();
        assertThat(running.holder()).isEqualTo(ME);
        assertThat(running.trigger()).isEqualTo("test");

        Failure failure = new Failure(
                FailureKind.SOURCE,
                ConnectorError.permanent(ErrorCategory.PERMISSION, "pg.denied", "may not read orders"),
                Optional.of("orders"),
                Optional.of("source"));
        RunReport report = report(run, RunStatus.FAILED);
        get(store.finishRun(
                run,
                new RunReport(
                        report.runId(),
                        report.pipeline(),
                        report.status(),
                        report.startedAt(),
                        report.duration(),
                        report.streams(),
                        Optional.of(failure))));

        RunRecord ended = get(store.run("run-1")).orElseThrow();
        assertThat(ended.state()).isEqualTo(RunState.FAILED);
        assertThat(ended.startedAt()).isEqualTo(NOON);
        assertThat(ended.endedAt()).contains(NOON.plusSeconds(3));
        assertThat(ended.failure()).hasValueSatisfying(f -> {
            assertThat(f.kind()).isEqualTo(FailureKind.SOURCE);
            assertThat(f.code()).isEqualTo("pg.denied");
            assertThat(f.stream()).contains("orders");
        });
        StreamRecord orders = ended.streams().getFirst();
        assertThat(ended.streams()).extracting(StreamRecord::stream).containsExactly("orders", "events");
        assertThat(orders.rowsRead()).isEqualTo(10);
        assertThat(orders.rowsWritten()).isEqualTo(9);
        assertThat(orders.duration()).isEqualTo(Duration.ofMillis(1500));
        assertThat(orders.deadLetters()).isEqualTo(1);
        assertThat(orders.warnings()).containsExactly("careful");
        assertThat(orders.schemaChanges()).containsExactly("ALTER TABLE orders ADD COLUMN a int4");
        assertThat(orders.attempts()).hasSize(2);
        assertThat(orders.attempts().getFirst().backoff()).contains(Duration.ofMillis(250));
        assertThat(orders.attempts().getFirst().outcome()).contains(RunStatus.FAILED);
        assertThat(orders.attempts().get(1).outcome()).isEmpty();
    }

    private static AttemptEnd attemptEnd(int attempt, Optional<Duration> backoff) {
        return new AttemptEnd(
                "orders",
                attempt,
                NOON.plusMillis(500),
                RunStatus.FAILED,
                Optional.of("pg.gone"),
                Optional.of("the server went away"),
                backoff);
    }

    @Test
    void runs_are_listed_newest_first() {
        for (int i = 1; i <= 3; i++) {
            OpenRun run =
                    get(store.beginRun(new RunStart(PIPELINE, "run-" + i, ME, NOON.plusSeconds(i), "test", List.of())));
            get(store.finishRun(run, report(run, RunStatus.SUCCEEDED)));
        }
        get(store.beginRun(new RunStart("other", "run-9", ME, NOON, "test", List.of())));
        assertThat(get(store.runs(Optional.of(PIPELINE), 2)))
                .extracting(RunRecord::runId)
                .containsExactly("run-3", "run-2");
        assertThat(get(store.runs(Optional.empty(), 10))).hasSize(4);
        List<RunRecord> newest = get(store.runs(Optional.of(PIPELINE), 1));
        assertThat(get(store.lastRuns(List.of(PIPELINE, "never-run")))).isEqualTo(newest);
        assertThat(get(store.lastRuns(List.of()))).isEmpty();
        assertThat(get(store.run("nobody"))).isEmpty();
    }

    // Reset

    @Test
    void a_reset_stream_begins_anew_but_not_under_a_live_run() {
        OpenRun run = begin("run-1");
        Load events = run.loads().get(1);
        get(store.saveFrontier(run, frontier(events, 1, new CursorValue("int8", "7", Optional.empty()))));
        get(store.prepareDeadLetters(run, events, 1, 2, rejected(1), "s"));
        failure(LeaseHeldException.class, store.resetStream(PIPELINE, "events", ME));
        assertThat(get(store.cursors(PIPELINE))).hasSize(1);

        get(store.finishRun(run, report(run, RunStatus.FAILED)));
        assertThat(get(store.resetStream(PIPELINE, "events", ME))).isTrue();
        assertThat(get(store.resetStream(PIPELINE, "events", ME))).isFalse();
        assertThat(get(store.cursors(PIPELINE))).isEmpty();
        assertThat(count("dead_letters")).isZero();

        OpenRun second = begin("run-2");
        assertThat(second.loads().get(0).continued())
                .as("its sibling is untouched")
                .isTrue();
        assertThat(second.loads().get(1).continued()).isFalse();
    }

    @Test
    void a_reset_fences_a_run_that_only_seemed_dead() {
        OpenRun zombie = get(store.beginRun(start("run-1", elsewhere(), request("orders", SyncMode.FULL_REFRESH))));
        execute("UPDATE leases SET expires_at = 1");
        get(store.resetStream(PIPELINE, "orders", ME));
        failure(
                LeaseLostException.class,
                store.saveFrontier(zombie, frontier(zombie.loads().getFirst(), 1, false)));
    }

    // Connectors' entries

    @Test
    void connectors_keep_bytes_under_a_key_of_their_own() {
        byte[] value = {0, -1, 39, 10};
        assertThat(get(store.entry("a", "k"))).isEmpty();
        get(store.putEntry("a", "k", value));
        assertThat(get(store.entry("a", "k")).orElseThrow()).isEqualTo(value);
        assertThat(get(store.entry("a\nshop", "k"))).isEmpty();
        get(store.putEntry("a", "k", new byte[0]));
        assertThat(get(store.entry("a", "k")).orElseThrow()).isEmpty();
    }

    @Test
    void an_entry_is_swapped_only_if_it_is_as_expected() {
        byte[] one = {1};
        byte[] two = {2};
        assertThat(get(store.compareAndSetEntry("a", "k", Optional.of(one), two)))
                .isFalse();
        assertThat(get(store.compareAndSetEntry("a", "k", Optional.empty(), one)))
                .isTrue();
        assertThat(get(store.compareAndSetEntry("a", "k", Optional.empty(), two)))
                .isFalse();
        assertThat(get(store.compareAndSetEntry("a", "k", Optional.of(two), two)))
                .isFalse();
        assertThat(get(store.compareAndSetEntry("a", "k", Optional.of(one), two)))
                .isTrue();
        assertThat(get(store.entry("a", "k")).orElseThrow()).isEqualTo(two);
    }

    @Test
    void entries_have_a_limit_each_and_together() {
        byte[] largest = new byte[StateStore.MAX_ENTRY_VALUE_BYTES];
        int fit = (int) (StateStore.MAX_OWNER_BYTES / (largest.length + 1));
        for (int i = 0; i < fit; i++) {
            get(store.putEntry("a", String.valueOf((char) ('0' + i)), largest));
        }
        StateException full = failure(StateException.class, store.putEntry("a", "one-more", largest));
        assertThat(full.code()).isEqualTo("state.full");
        get(store.putEntry("b", "one-more", largest));
        get(store.putEntry("a", "0", largest));

        byte[] tooLarge = new byte[StateStore.MAX_ENTRY_VALUE_BYTES + 1];
        assertThat(failure(StateException.class, store.putEntry("b", "k", tooLarge))
                        .code())
                .isEqualTo("state.entry-size");
        assertThat(failure(StateException.class, store.putEntry("b", "", largest))
                        .code())
                .isEqualTo("state.entry-size");
        String longKey = "ü".repeat(StateStore.MAX_ENTRY_KEY_BYTES / 2 + 1);
        assertThat(longKey.getBytes(StandardCharsets.UTF_8)).hasSizeGreaterThan(StateStore.MAX_ENTRY_KEY_BYTES);
        assertThat(failure(StateException.class, store.putEntry("b", longKey, new byte[1]))
                        .code())
                .isEqualTo("state.entry-size");
    }

    // The driver

    @Test
    void single_statements_after_a_transaction_are_saved_and_leave_no_lock() {
        OpenRun run = begin("run-1");
        get(store.renew(run));
        get(store.lease(PIPELINE));
        // with the client's own habit the store would hold the write lock here
        execute("UPDATE leases SET expires_at = 5");
        assertThat(get(store.lease(PIPELINE)).orElseThrow().expiresAt()).isEqualTo(Instant.ofEpochMilli(5));
        get(store.renew(run));
        assertThat(number("SELECT expires_at FROM leases")).isGreaterThan(5);
    }

    // Many at once

    @Test
    void many_threads_work_on_their_pipelines_side_by_side() throws InterruptedException {
        long seed = System.nanoTime();
        List<Throwable> problems = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            String pipeline = "p" + t % 4;
            Random random = new Random(seed + t);
            String id = "t" + t;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 10; i++) {
                        busy(pipeline, id + "-" + i, random);
                    }
                } catch (Throwable e) {
                    problems.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(problems).as("seed " + seed).isEmpty();
        Set<Long> epochs = new HashSet<>();
        for (int p = 0; p < 4; p++) {
            List<RunRecord> runs = get(store.runs(Optional.of("p" + p), 100));
            runs.forEach(run -> assertThat(epochs.add(run.epoch())).isTrue());
            epochs.clear();
            assertThat(get(store.lease("p" + p))).isEmpty();
        }
    }

    private void busy(String pipeline, String runId, Random random) {
        OpenRun run;
        try {
            run = get(store.beginRun(new RunStart(
                    pipeline, runId, ME, NOON, "test", List.of(request("orders", SyncMode.FULL_REFRESH)))));
        } catch (LeaseHeldException held) {
            return;
        }
        Load load = run.loads().getFirst();
        long sequence = load.sequence();
        for (int i = random.nextInt(4); i >= 0; i--) {
            sequence++;
            get(store.prepareDeadLetters(run, load, 1, sequence, rejected(1), "s"));
            get(store.saveFrontier(run, frontier(load, sequence, i == 0 && random.nextBoolean())));
            get(store.putEntry(pipeline, "k", new byte[random.nextInt(1000)]));
            get(store.deadLetters(DeadLetterQuery.ofPipeline(pipeline, 10)));
        }
        get(store.finishRun(run, report(run, RunStatus.SUCCEEDED)));
    }
}
