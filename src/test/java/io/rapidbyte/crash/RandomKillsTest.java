package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Jvm;
import io.rapidbyte.crash.MortalRun.Outcome;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGKILL from outside at random moments, again and again, until that many have hit; and at the end both sides are equal. */
@Tag("crash")
class RandomKillsTest {
    private static final Logger LOG = System.getLogger(RandomKillsTest.class.getName());
    private static final int KILLS = Integer.getInteger("crash.kills", 100) / Mode.values().length;
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime());

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void equal_at_the_end(Mode mode) throws IOException, InterruptedException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom")
                .create(SEED + mode.name().hashCode());
        Scene scene = new Scene(folder, mode, Variant.BAD_ROWS);
        scene.on(Jvm.compiling()).rowsAFrontier(200).addRows(4_000);
        long start = System.nanoTime();
        scene.run().succeeded();
        long usualMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        int kills = 0;
        Writer writer = new Writer(scene);
        try {
            while (kills < KILLS) {
                MortalRun run = scene.start(Optional.empty());
                // The first third is the JVM's own start.
                Thread.sleep(random.nextLong(usualMillis / 3, usualMillis + 100));
                Outcome outcome = run.kill();
                kills += outcome.exitCode() == MortalRun.KILLED ? 1 : 0;
            }
        } finally {
            writer.stop();
        }
        scene.run().succeeded();
        scene.assertWhole();
        LOG.log(Level.INFO, mode + ": equal after " + kills + " kills; seed " + SEED);
    }

    /** Changes the source all the while, a few rows at a time, so that a run gets to an end among them. */
    private static final class Writer {
        private static final int ROWS_A_WRITE = 20;
        private static final int PAUSE_MILLIS = 100;

        private final Scene scene;
        private final Thread thread;
        private volatile boolean done;

        Writer(Scene scene) {
            this.scene = scene;
            this.thread = Thread.ofPlatform().name("writer").start(this::write);
        }

        private void write() {
            while (!done) {
                scene.change(ROWS_A_WRITE);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            }
        }

        void stop() throws InterruptedException {
            done = true;
            thread.join();
        }
    }
}
