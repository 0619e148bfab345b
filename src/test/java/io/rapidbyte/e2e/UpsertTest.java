package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows find their place by key: what is new is inserted, what differs is updated, what is equal is left alone (I18). */
class UpsertTest {
    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute(
                "create table t (id int primary key, name text, changed_at timestamptz not null)",
                "insert into t select i, 'name ' || i, timestamptz '2026-01-01 00:00Z' + i * interval '1 second'"
                        + " from generate_series(1, 1000) i");
    }

    private PipelineText upsert() {
        return new PipelineText(source, target).upsert();
    }

    @Test
    void a_full_refresh_leaves_equal_rows_alone() {
        PipelineText pipeline = upsert().stream("t");
        succeed(pipeline);
        List<String> before = target.values("select id || ' ' || ctid || ' ' || xmin from t order by id");
        source.execute("update t set name = 'new' where id = 500", "insert into t values (1001, null, now())");

        succeed(pipeline);

        assertThat(target.fingerprint("t")).isEqualTo(source.fingerprint("t"));
        List<String> after = target.values("select id || ' ' || ctid || ' ' || xmin from t order by id");
        before.removeIf(row -> row.startsWith("500 "));
        assertThat(after).containsAll(before);
    }

    @Test
    void rows_that_only_the_target_has_stay() {
        succeed(upsert().stream("t"));
        source.execute("delete from t where id <= 10");

        succeed(upsert().stream("t"));

        assertThat(target.value("select count(*) from t")).isEqualTo("1000");
    }

    @Test
    void an_incremental_run_updates_what_changed() {
        PipelineText pipeline = upsert().incremental("t", "changed_at", "");
        succeed(pipeline);
        source.execute("update t set name = 'later', changed_at = now() where id % 100 = 0");

        assertThat(succeed(pipeline).streams().getFirst().rowsRead()).isEqualTo(10);

        assertThat(target.fingerprint("t")).isEqualTo(source.fingerprint("t"));
    }

    /** A transaction that was open during a run commits rows with cursors that the run has passed. */
    @Test
    void a_lag_brings_rows_that_were_committed_late() {
        succeed(upsert().incremental("t", "changed_at", "cursor_lag: 1h"));
        source.execute("insert into t values (2000, 'late', timestamptz '2026-01-01 00:00Z')");

        succeed(upsert().incremental("t", "changed_at", "cursor_lag: 1h"));

        assertThat(target.fingerprint("t")).isEqualTo(source.fingerprint("t"));
    }
}
