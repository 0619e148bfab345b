package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.await;
import static io.rapidbyte.e2e.Runs.failure;
import static io.rapidbyte.e2e.Runs.succeed;
import static io.rapidbyte.e2e.Runs.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.engine.RunHandle;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that are followed until somebody ends it, whatever happens to the servers meanwhile (I6, I11, I23, I25). */
class FollowTest {
    /** Sessions of the program and of others, but not the one that asks. */
    private static final String CUT = "select pg_terminate_backend(pid) from pg_stat_activity where datname ="
            + " current_database() and pid <> pg_backend_pid()";

    @TempDir
    private static Path folder;

    /** May be killed. */
    private static Postgres mortal;

    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeAll
    static void start() {
        mortal = Postgres.start(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        mortal.close();
    }

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
    }

    /** So that the server forgets its log. */
    @AfterEach
    void dropSlots() {
        source.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where database ="
                + " current_database()");
    }

    private PipelineText follow(String... tables) {
        PipelineText text = new PipelineText(source, target)
                .upsert()
                .source("follow: true")
                .source("flush_interval: 50ms")
                .resource("max_retries: 20");
        for (String table : tables) {
            text.changes(table);
        }
        return text;
    }

    private RunHandle begin(PipelineText text, String... statements) {
        source.execute("create table t (id int primary key, name text)", "insert into t values (0, 'first')");
        source.execute(statements);
        RunHandle run = Runs.start(text);
        untilEqual("t");
        return run;
    }

    private void untilEqual(String table) {
        waitUntil(() ->
                target.values("select to_regclass('" + table + "') is not null").equals(List.of("t"))
                        && target.fingerprint(table).equals(source.fingerprint(table)));
    }

    private static void endWell(RunHandle run) {
        run.cancel();
        RunReport report = await(run.report());
        assertThat(report.failure()).isEmpty();
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    private String confirmed() {
        return source.value("select confirmed_flush_lsn from pg_replication_slots where database = current_database()");
    }

    @Test
    void changes_arrive_until_the_run_is_cancelled_and_the_slot_moves_with_them() {
        RunHandle run = begin(follow("t", "u"), "create table u (id int primary key)");
        String before = confirmed();
        source.execute(
                "begin; insert into t select i, 'n' || i from generate_series(1, 500) i; delete from t where id = 0; commit",
                "insert into u values (1)");
        untilEqual("t");
        untilEqual("u");
        String mark = source.value("select pg_current_wal_flush_lsn()");
        // Only of a quiet table is it told after some seconds that it has got further.
        source.execute("insert into t values (1000)", "insert into u values (2)");
        waitUntil(() -> source.value("select pg_lsn '" + confirmed() + "' >= '" + mark + "'")
                .equals("t"));
        assertThat(source.value("select pg_lsn '" + before + "' < '" + mark + "'"))
                .isEqualTo("t");
        untilEqual("u");
        endWell(run);
        RunReport next =
                succeed(new PipelineText(source, target).upsert().changes("t").changes("u"));
        assertThat(next.streams()).allMatch(stream -> stream.rowsRead() == 0);
        untilEqual("t");
    }

    @Test
    void a_source_that_dies_and_sessions_that_are_cut_are_waited_for() {
        source = mortal.database();
        RunHandle run = begin(follow("t"));
        source.execute("insert into t values (1)", CUT, "insert into t values (2)");
        untilEqual("t");
        mortal.killNow();
        mortal.restart();
        source.execute("insert into t values (3)");
        untilEqual("t");
        endWell(run);
    }

    @Test
    @Tag("crash")
    void a_destination_that_is_away_for_a_while_is_waited_for() {
        target = mortal.database();
        RunHandle run = begin(follow("t"));
        mortal.killNow();
        source.execute("insert into t values (1)", "update t set name = 'second' where id = 0");
        mortal.restart();
        untilEqual("t");
        target.execute(CUT);
        source.execute("delete from t where id = 1");
        untilEqual("t");
        endWell(run);
    }

    /** What is not on disk when a table is copied is forgotten by a server that dies, and its places are given to others. */
    @Test
    void a_copy_is_of_what_outlives_the_server() {
        source = mortal.database();
        source.execute(
                "alter database " + source.name() + " set synchronous_commit = off",
                "alter system set wal_writer_delay = '10s'",
                "select pg_reload_conf()");
        RunHandle run = begin(follow("t"));
        source.execute("create table u (id int primary key)", "insert into u values (1)");
        endWell(run);
        run = Runs.start(follow("t", "u"));
        untilEqual("u");
        mortal.killNow();
        mortal.restart();
        source.execute("set synchronous_commit = on", "insert into u values (2)", "insert into t values (2)");
        untilEqual("u");
        untilEqual("t");
        endWell(run);
    }

    @Test
    void columns_that_come_while_a_table_is_followed_arrive() {
        RunHandle run = begin(follow("t"));
        source.execute("alter table t add extra text", "insert into t values (1, 'a', 'b')");
        untilEqual("t");
        source.execute("alter table t alter id type bigint", "insert into t values (" + (1L << 40) + ", 'c', 'd')");
        waitUntil(() -> run.report().isComplete());
        // A type that changes is the destination's to judge: by default it refuses.
        assertThat(failure(await(run.report()), FailureKind.SCHEMA).error().message())
                .contains("id");
    }

    @Test
    void a_publication_that_was_altered_ends_it_as_changes_may_be_missing() {
        PipelineText text = follow("t");
        RunHandle run = begin(text);
        String publication = source.value("select pubname from pg_publication");
        source.execute(
                "alter publication " + publication + " drop table t",
                "insert into t values (1)",
                "alter publication " + publication + " add table t",
                "insert into t values (2)");
        assertThat(failure(await(run.report()), FailureKind.SCHEMA).error().code())
                .isEqualTo("pg.publication-altered");
    }

    @Test
    @Tag("crash")
    void a_limit_of_time_ends_no_run_that_is_to_go_on() {
        long since = System.nanoTime();
        RunHandle run = begin(follow("t").source("limits: {max_wall_seconds: 1, max_cpu_seconds: 1}"));
        waitUntil(() -> System.nanoTime() - since > Duration.ofMillis(2500).toNanos());
        source.execute("insert into t values (1)");
        untilEqual("t");
        endWell(run);
    }
}
