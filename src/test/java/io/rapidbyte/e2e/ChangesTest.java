package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.fail;
import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.engine.StreamVerdict.Status;
import io.rapidbyte.engine.VerifyOptions;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.RunStatus;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What changes at the source arrives, once, whatever it is (I23, I24, I25, I26). */
class ChangesTest {
    private Postgres.Database source;
    private Postgres.Database target;
    private PipelineText pipeline;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        pipeline = upsert();
    }

    private PipelineText upsert() {
        return new PipelineText(source, target).upsert();
    }

    private PipelineText append() {
        return new PipelineText(source, target).append();
    }

    /** So that the server forgets its log. */
    @AfterEach
    void dropSlots() {
        source.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where database ="
                + " current_database()");
    }

    private void assertEqual(String table) {
        assertThat(target.fingerprint(table)).isEqualTo(source.fingerprint(table));
    }

    private String confirmed() {
        return source.value("select confirmed_flush_lsn from pg_replication_slots where database = current_database()");
    }

    @Test
    void a_table_is_copied_and_then_follows_its_source() {
        source.execute(
                "create table t (id int primary key, name text not null)",
                "insert into t select i, 'name ' || i from generate_series(1, 500) i");
        pipeline = upsert().changes("t");
        assertThat(succeed(pipeline).streams().getFirst().rowsRead()).isEqualTo(500);
        assertEqual("t");
        assertThat(target.columns("t")).containsExactly("id integer not null", "name text not null");

        source.execute(
                "update t set name = 'new' where id <= 10",
                "delete from t where id > 490",
                "begin; insert into t values (1000, 'null'); insert into t values (1001, ''); commit");
        assertThat(succeed(pipeline).streams().getFirst().rowsRead()).isEqualTo(22);
        assertEqual("t");

        assertThat(succeed(pipeline).streams().getFirst().rowsRead()).isZero();
        assertEqual("t");
        assertThat(Runs.verify(pipeline, VerifyOptions.DEFAULT)
                        .streams()
                        .getFirst()
                        .status())
                .isEqualTo(Status.EQUAL);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_random_workload_arrives_exactly(long seed) {
        source.execute(Workload.table("t"), Workload.table("u"), "alter table u replica identity full");
        pipeline =
                upsert().changes("t").changes("u").resource("parallelism: 2").resource("checkpoint_interval_rows: 20");
        try (Workload one = new Workload(source, "t", seed);
                Workload other = new Workload(source, "u", seed + 100)) {
            one.steps(100);
            other.steps(100);
            one.settle();
            other.settle();
            for (int round = 0; round < 4; round++) {
                succeed(pipeline);
                one.steps(200);
                other.steps(200);
            }
            one.settle();
            other.settle();
        }
        succeed(pipeline);
        Workload.assertSame(source, target, "t");
        Workload.assertSame(source, target, "u");
    }

    /** Transactions that are under way while a table is copied are either in the copy or in what follows (I24). */
    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void a_log_holds_each_change_once(long seed) throws InterruptedException {
        source.execute(Workload.table("t"));
        pipeline = append().changes("t");
        try (Workload workload = new Workload(source, "t", seed)) {
            workload.steps(150);
            workload.settle();
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 60; i++) {
                    workload.steps(20);
                    // The first run waits for open transactions.
                    workload.settle();
                }
            });
            succeed(pipeline);
            writer.join();
            workload.settle();
        }
        succeed(pipeline);

        Workload.assertLogComesTo(source, target, "t");
    }

    @Test
    void deleted_rows_stay_marked_where_deletes_are_soft() {
        source.execute(
                "create table t (id int primary key, name text)", "insert into t values (1, 'a'), (2, 'b'), (3, 'c')");
        pipeline = upsert().targetConfig("deletes: soft").changes("t");
        succeed(pipeline);
        source.execute("delete from t where id = 1", "delete from t where id = 2", "insert into t values (2, 'again')");
        succeed(pipeline);
        assertThat(target.values("select id || name || _rb_op from t order by id"))
                .containsExactly("1adelete", "2againinsert", "3csnapshot");
        source.execute("truncate t");
        succeed(pipeline);
        assertThat(target.values("select id || _rb_op from t order by id"))
                .containsExactly("1delete", "2truncate", "3truncate");
    }

    /** The slot follows what all streams have made durable, one run behind (I23). */
    @Test
    void the_slot_moves_with_the_slowest_stream() {
        source.execute("create table t (id int primary key)", "create table u (id int primary key)");
        pipeline = upsert().changes("t").changes("u");
        succeed(pipeline);
        String first = confirmed();
        source.execute("insert into t values (1)", "insert into u values (1)");
        succeed(pipeline);
        String second = confirmed();
        succeed(pipeline);
        String third = confirmed();
        assertThat(source.value("select pg_lsn '" + first + "' <= pg_lsn '" + second + "' and pg_lsn '" + second
                        + "' < pg_lsn '" + third + "'"))
                .isEqualTo("t");
        assertEqual("t");
        assertEqual("u");
    }

    /** However far the others have got, what one stream has not made durable stays in the slot (I23). */
    @Test
    void a_stream_that_lags_behind_loses_nothing() {
        source.execute("create table t (id int primary key)", "create table u (id int primary key)");
        pipeline = upsert().changes("t").changes("u");
        succeed(pipeline);
        target.execute("alter table u add constraint small check (id < 100)");
        source.execute("insert into u values (1)", "insert into u values (100)");
        for (int i = 0; i < 3; i++) {
            source.execute("insert into t values (" + i + ")");
            assertThat(Runs.run(pipeline).status()).isEqualTo(RunStatus.FAILED);
            assertEqual("t");
        }
        target.execute("alter table u drop constraint small");
        succeed(pipeline);
        assertEqual("u");
    }

    @Test
    void a_stream_that_is_added_later_is_copied_and_then_follows() {
        source.execute(
                "create table t (id int primary key)",
                "create table u (id int primary key)",
                "insert into u values (1)");
        succeed(upsert().changes("t"));
        source.execute("insert into t values (1)", "insert into u values (2)");
        pipeline = upsert().changes("t").changes("u");
        succeed(pipeline);
        source.execute("insert into u values (3)");
        succeed(pipeline);
        assertEqual("t");
        assertEqual("u");
    }

    /** A row is left alone where the change did not bring a value for it (I26). */
    @Test
    void columns_come_and_go() {
        source.execute("create table t (id int primary key, a text, b text)", "insert into t values (1, 'a', 'b')");
        pipeline = upsert().changes("t");
        succeed(pipeline);
        source.execute(
                "update t set a = 'a2' where id = 1",
                "alter table t add c text",
                "insert into t values (2, 'a', 'b', 'c')");
        succeed(pipeline);
        source.execute("alter table t drop b", "insert into t values (3, 'a', 'c')");
        succeed(pipeline);
        assertThat(target.values("select id || a || coalesce(c, '-') from t order by id"))
                .containsExactly("1a2-", "2ac", "3ac");
    }

    @Test
    void a_renamed_column_is_an_error_and_never_a_null() {
        source.execute("create table t (id int primary key, a text)");
        pipeline = upsert().changes("t");
        succeed(pipeline);
        source.execute("insert into t values (1, 'a')", "alter table t rename a to z");
        assertThat(fail(pipeline, FailureKind.SCHEMA).error().code()).isEqualTo("pg.cdc-column-renamed");
    }

    @Test
    void a_slot_that_vanished_or_moved_is_never_passed_over() {
        source.execute("create table t (id int primary key)");
        pipeline = upsert().changes("t");
        succeed(pipeline);
        source.execute(
                "insert into t values (1)",
                "select pg_replication_slot_advance(slot_name, pg_current_wal_lsn()) from"
                        + " pg_replication_slots where database = current_database()");
        Failure moved = fail(pipeline, FailureKind.SCHEMA);
        assertThat(moved.error().code()).isEqualTo("pg.slot-overtaken");
        assertThat(moved.error().message()).contains("rapidbyte state reset --stream", "verify --repair");
        dropSlots();
        assertThat(fail(pipeline, FailureKind.SCHEMA).error().code()).isEqualTo("pg.slot-vanished");
    }

    @Test
    void a_check_says_what_is_missing_and_how_to_mend_it() {
        source.execute("create table t (id int)", "create view v as select * from t");
        assertThat(errors(upsert().changes("t"))).contains("pg.cdc-no-identity", "REPLICA IDENTITY FULL");
        assertThat(errors(upsert().changes("v"))).contains("pg.cdc-unsupported-table");
        source.execute("alter table t replica identity full");
        assertThat(errors(upsert().changes("t"))).contains("pg.cdc-no-key");
        assertThat(errors(append().changes("t"))).isEmpty();
        source.execute("create role plain login; grant select on t to plain");
        String words = errors(append().sourceUser("plain", "").changes("t"));
        assertThat(words)
                .contains("pg.no-replication-role", "ALTER ROLE \"plain\" REPLICATION", "pg.publication-lacks-table");
        assertThat(source.values("select pubname from pg_publication")).isEmpty();
    }

    private static String errors(PipelineText pipeline) {
        List<String> errors = Runs.check(pipeline).findings().values().stream()
                .flatMap(List::stream)
                .filter(finding -> finding.level() == Finding.Level.ERROR)
                .map(finding -> finding.code() + ": " + finding.message())
                .toList();
        return String.join("\n", errors);
    }
}
