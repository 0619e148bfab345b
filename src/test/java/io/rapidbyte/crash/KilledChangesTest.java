package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Strike;
import io.rapidbyte.e2e.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of changes that die wherever something becomes durable, while the source goes on (I8, I23, I24). */
class KilledChangesTest {
    private static final long SEED = Long.getLong("crash.seed", 20_261);
    private static final int STEPS = 150;

    @TempDir
    private Path folder;

    @Test
    void a_log_has_each_change_once() throws IOException, InterruptedException {
        dieAt("append", Strike.kill(Steps.COMMITTED, 1), Strike.kill(Steps.COMMITTED, 2));
    }

    @Test
    void a_table_is_that_of_the_source() throws IOException, InterruptedException {
        dieAt(
                "upsert",
                Strike.kill(Steps.ROWS_STAGED, 1),
                Strike.kill(Steps.COMMITTING, 2),
                Strike.kill(Steps.FRONTIER_SAVED, 3));
    }

    /** The first strike hits the copy. */
    private void dieAt(String writeMode, Strike... strikes) throws IOException, InterruptedException {
        try (ChangesScene scene = new ChangesScene(folder, writeMode, QuickStart.jvm(), "t")) {
            try (Workload workload = new Workload(scene.source(), "t", SEED)) {
                workload.steps(STEPS);
                // A copy waits for whoever is writing.
                workload.settle();
                scene.run(Optional.of(strikes[0])).killed();
                scene.run(Optional.empty()).succeeded();
                for (Strike strike : List.of(strikes).subList(1, strikes.length)) {
                    workload.steps(STEPS);
                    scene.run(Optional.of(strike)).killed();
                }
                workload.settle();
            }
            scene.run(Optional.empty()).succeeded();
            scene.assertEqual();
        }
    }
}
