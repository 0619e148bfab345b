package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.FailureKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Incremental streams bring each row once, run after run. */
class IncrementalTest {
    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
    }

    private PipelineText pipeline() {
        return new PipelineText(source, target).append();
    }

    /** I12: rows of equal cursors, with and without a key. */
    @Test
    void each_run_brings_what_is_new_and_nothing_twice() {
        source.execute("create table keyed (id int primary key, n int)", "create table keyless (id int, n int)");
        for (int run = 0; run < 4; run++) {
            String rows = " select i, i / 7 from generate_series(%d, %d) i".formatted(run * 1000, run * 1000 + 999);
            source.execute("insert into keyed" + rows, "insert into keyless" + rows);
            PipelineText pipeline = pipeline()
                    .resource("checkpoint_interval_rows: 100")
                    .resource("max_batch_bytes: 64kb")
                    .incremental("keyed", "n", "")
                    .incremental("keyless", "n", "");

            succeed(pipeline);

            for (String table : new String[] {"keyed", "keyless"}) {
                assertThat(target.fingerprint(table)).isEqualTo(source.fingerprint(table));
            }
            assertThat(succeed(pipeline).streams()).allMatch(stream -> stream.rowsRead() == 0);
        }
    }

    /** I13. */
    @Test
    void rows_without_a_cursor_fail_the_run_unless_the_pipeline_says_otherwise() {
        source.execute("create table t (id int primary key, n int)", "insert into t values (1, null), (2, 2)");

        assertThat(Runs.fail(pipeline().incremental("t", "n", ""), FailureKind.SOURCE)
                        .error()
                        .code())
                .isEqualTo("pg.cursor-null");
        succeed(pipeline().incremental("t", "n", "cursor_nulls: include_once"));
        succeed(pipeline().incremental("t", "n", "cursor_nulls: include_once"));
        assertThat(target.fingerprint("t")).isEqualTo(source.fingerprint("t"));
    }
}
