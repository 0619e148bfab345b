package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.engine.RunHandle;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that die mid-run: nothing half-loaded is called a success, and the old rows stay (I1, I17). */
class KilledServerTest {
    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute(
                "create table t (id bigint primary key, pad text)",
                "insert into t select i, repeat('x', 500) from generate_series(1, 400000) i");
        target.execute("create table t (id bigint primary key, pad text)", "insert into t values (7, 'old')");
    }

    private RunHandle startSlowRun() {
        return Runs.start(new PipelineText(source, target).resource("max_batch_bytes: 256kb").stream("t"));
    }

    private static void waitForCopy(Postgres.Database database, String direction) {
        waitUntil(() -> !database.values("select pid from pg_stat_progress_copy where command = '" + direction
                        + "' and datname = '" + database.name() + "' and bytes_processed > 2000000")
                .isEmpty());
    }

    private void assertOldRowsStay() {
        assertThat(target.values("select t::text from t")).containsExactly("(7,old)");
    }

    @Test
    void the_source_connection_is_cut() {
        RunHandle run = startSlowRun();
        waitForCopy(source, "COPY TO");
        source.values(
                "select pg_terminate_backend(pid) from pg_stat_progress_copy where command = 'COPY TO' and datname = '"
                        + source.name() + "'");

        Failure failure = Runs.failure(Runs.await(run.report()), FailureKind.SOURCE);

        assertThat(failure.error().retryable()).isTrue();
        assertOldRowsStay();
    }

    @Test
    void the_destination_connection_is_cut() {
        RunHandle run = startSlowRun();
        waitForCopy(target, "COPY FROM");
        target.values(
                "select pg_terminate_backend(pid) from pg_stat_progress_copy where command = 'COPY FROM' and datname = '"
                        + target.name() + "'");

        Failure failure = Runs.failure(Runs.await(run.report()), FailureKind.DESTINATION);

        assertThat(failure.error().retryable()).isTrue();
        assertThat(failure.error().commitState()).contains(io.rapidbyte.model.CommitState.BEFORE_COMMIT);
        assertOldRowsStay();
    }

    @Test
    void a_source_server_that_dies() {
        try (Postgres doomed = Postgres.start()) {
            source = doomed.database();
            source.execute(
                    "create table t (id bigint primary key, pad text)",
                    "insert into t select i, repeat('x', 500) from generate_series(1, 400000) i");
            RunHandle run = startSlowRun();
            waitForCopy(source, "COPY TO");
            doomed.killNow();

            Runs.failure(Runs.await(run.report()), FailureKind.SOURCE);
        }
        assertOldRowsStay();
    }

    @Test
    void a_cancelled_run_leaves_the_old_rows_and_ends_at_once() {
        RunHandle run = startSlowRun();
        waitForCopy(target, "COPY FROM");
        long start = System.nanoTime();
        run.cancel();
        RunReport report = Runs.await(run.report());

        assertThat(report.status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertOldRowsStay();
        waitUntil(() -> target.value(
                        "select count(*) from pg_stat_activity where application_name like 'rapidbyte%' and datname = '"
                                + target.name() + "'")
                .equals("0"));
    }
}
