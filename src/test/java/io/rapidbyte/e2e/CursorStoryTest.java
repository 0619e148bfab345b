package io.rapidbyte.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.engine.RunHandle;
import io.rapidbyte.model.RunStatus;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Incremental runs against random tables, one after the other and some of them cut off, while other connections write to them: in
 * the end every row is there once (I9, I12, I13, I14, I15).
 */
class CursorStoryTest {
    private static final int SHORT = 4;
    private static final int LONG = Integer.getInteger("crash.stories", 60);
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
    private static final int RUNS = 6;

    static LongStream someSeeds() {
        return LongStream.range(SEED, SEED + SHORT);
    }

    static LongStream manySeeds() {
        return LongStream.range(SEED, SEED + LONG);
    }

    @ParameterizedTest
    @MethodSource("someSeeds")
    void rows_come_once_while_others_are_written(long seed) throws InterruptedException {
        inOrder(seed);
    }

    @ParameterizedTest
    @MethodSource("someSeeds")
    void rows_that_are_committed_late_come_within_the_lag(long seed) throws InterruptedException {
        late(seed);
    }

    @Tag("crash")
    @ParameterizedTest
    @MethodSource("manySeeds")
    void rows_come_once_while_others_are_written_many_times(long seed) throws InterruptedException {
        inOrder(seed);
    }

    @Tag("crash")
    @ParameterizedTest
    @MethodSource("manySeeds")
    void rows_that_are_committed_late_come_within_the_lag_many_times(long seed) throws InterruptedException {
        late(seed);
    }

    /** What the lag is for: without it the row would never come. */
    @Test
    void a_row_that_is_committed_after_greater_ones_were_read_comes_within_the_lag() throws Exception {
        Postgres.Database source = Postgres.shared().database();
        Postgres.Database target = Postgres.shared().database();
        source.execute("create table t (id int primary key, at timestamptz)");
        PipelineText pipeline = new PipelineText(source, target).upsert().incremental("t", "at", "cursor_lag: 10s");
        try (var late = source.connect();
                var statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("insert into t values (1, '2026-01-01 00:00:01+00')");
            source.execute("insert into t values (2, '2026-01-01 00:00:05+00')");
            Runs.succeed(pipeline);
            assertThat(target.values("select id from t")).containsExactly("2");
            late.commit();
        }

        Runs.succeed(pipeline);

        assertThat(target.values("select id from t order by 1")).containsExactly("1", "2");
    }

    /** One writer, whose cursors never fall, with ties; NULLs as the policy wants them. Rows are appended. */
    private static void inOrder(long seed) throws InterruptedException {
        Story story = new Story(seed);
        RandomGenerator random = story.random;
        RandomTable table = RandomTable.of(random);
        story.source.execute(table.create());
        story.source.execute(table.rows(100, true));
        PipelineText pipeline = story.pipeline().append().incremental("t", "c", table.streamKeys());
        Writers writers = new Writers();
        RandomGenerator pace = Story.random(random.nextLong());
        writers.start(() -> {
            story.source.execute(table.rows(pace.nextInt(1, 40), table.nullsAnyTime()));
            Thread.sleep(pace.nextInt(20));
        });
        story.runs(pipeline, writers);

        assertThat(story.target.fingerprint("t"))
                .as(() -> story + ", " + table)
                .isEqualTo(
                        story.source.fingerprint(table.nullsAreRead() ? "t" : "(select * from t where c is not null)"));
    }

    /** Several writers, who commit out of the order of their cursors, new rows and changed ones. Rows are upserted. */
    private static void late(long seed) throws InterruptedException {
        Story story = new Story(seed);
        story.source.execute("create table t (id int8 primary key, at timestamptz not null, note text)");
        int lagSeconds = story.random.nextInt(5, 30);
        LateClock clock = new LateClock(lagSeconds);
        PipelineText pipeline = story.pipeline().upsert().incremental("t", "at", "cursor_lag: " + lagSeconds + "s");
        Writers writers = new Writers();
        for (int i = 0; i < 3; i++) {
            LateWriter writer = new LateWriter(story.source, clock, i, story.random.nextLong());
            writers.start(writer::write);
        }
        story.runs(pipeline, writers);

        assertThat(story.target.fingerprint("t"))
                .as(() -> story + ", a lag of " + lagSeconds + " s")
                .isEqualTo(story.source.fingerprint("t"));
    }

    private static final class Story {
        final long seed;
        final RandomGenerator random;
        final Postgres.Database source = Postgres.shared().database();
        final Postgres.Database target = Postgres.shared().database();

        Story(long seed) {
            this.seed = seed;
            this.random = random(seed);
        }

        static RandomGenerator random(long seed) {
            return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        }

        PipelineText pipeline() {
            return new PipelineText(source, target)
                    .resource("max_batch_bytes: 64kb")
                    .resource("checkpoint_interval_rows: " + random.nextInt(1, 60));
        }

        /** Some runs while the writers are at work, each possibly cut off; then they stop, and a last one sees it all. */
        void runs(PipelineText pipeline, Writers writers) throws InterruptedException {
            try {
                for (int i = 0; i < RUNS; i++) {
                    RunHandle run = Runs.start(pipeline);
                    if (random.nextInt(3) == 0) {
                        Thread.sleep(random.nextInt(100));
                        run.cancel();
                    }
                    assertThat(Runs.await(run.report()).status())
                            .as(this::toString)
                            .isIn(RunStatus.SUCCEEDED, RunStatus.CANCELLED);
                }
            } finally {
                writers.stop();
            }
            Runs.succeed(pipeline);
        }

        @Override
        public String toString() {
            return "-Dcrash.seed=" + seed;
        }
    }
}
