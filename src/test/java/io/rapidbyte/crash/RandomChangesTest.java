package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Jvm;
import io.rapidbyte.crash.MortalRun.Outcome;
import io.rapidbyte.e2e.Postgres;
import io.rapidbyte.e2e.Workload;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several writers change two tables without a pause, while runs that drain and runs that follow are killed at random moments;
 * at the end both sides are equal (I8, I23, I24, I25, I26).
 */
@Tag("crash")
class RandomChangesTest {
    private static final Logger LOG = System.getLogger(RandomChangesTest.class.getName());
    private static final int KILLS = Integer.getInteger("crash.kills", 100) / 2;
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime());

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"append", "upsert"})
    void equal_at_the_end(String writeMode) throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + writeMode.hashCode());
        LOG.log(Level.INFO, writeMode + ": seed " + SEED);
        int kills = 0;
        long steps;
        try (ChangesScene scene = new ChangesScene(folder, writeMode, Jvm.compiling(), "t", "u")) {
            Writing t = new Writing(scene.source(), "t", random.nextLong());
            Writing u = new Writing(scene.source(), "u", random.nextLong());
            try {
                long start = System.nanoTime();
                scene.run(Optional.empty()).succeeded();
                long usualMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                while (kills < KILLS) {
                    MortalRun run = random.nextBoolean() ? scene.follow() : scene.start(Optional.empty());
                    Thread.sleep(random.nextLong(usualMillis / 3, usualMillis * 2));
                    Outcome outcome = run.kill();
                    kills += outcome.exitCode() == MortalRun.KILLED ? 1 : 0;
                    if (outcome.exitCode() != MortalRun.KILLED) {
                        outcome.succeeded();
                    }
                }
            } finally {
                steps = t.stop() + u.stop();
            }
            scene.run(Optional.empty()).succeeded();
            scene.assertEqual();
        }
        LOG.log(Level.INFO, writeMode + ": equal after " + kills + " kills and " + steps + " steps; seed " + SEED);
    }

    /** Three writers on one table, driven by a thread of their own. */
    private static final class Writing {
        /** With transactions open all the time a copy would never begin. */
        private static final int STEPS_AT_ONCE = 20;

        /** So that a run gets to an end among them. */
        private static final int PAUSE_MILLIS = 100;

        private final Workload workload;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Future<Long> steps;
        private volatile boolean done;

        Writing(Postgres.Database source, String table, long seed) {
            workload = new Workload(source, table, seed);
            steps = thread.submit(this::write);
        }

        private long write() {
            long made = 0;
            while (!done) {
                workload.steps(STEPS_AT_ONCE);
                workload.settle();
                made += STEPS_AT_ONCE;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            }
            return made;
        }

        /** How many steps it has made; fails if one could not be. */
        long stop() throws InterruptedException, ExecutionException {
            done = true;
            thread.close();
            workload.close();
            return steps.get();
        }
    }
}
