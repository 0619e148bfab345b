package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.crash.MortalRun.Jvm;
import io.rapidbyte.crash.MortalRun.Strike;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A big copy that dies does not start over: of what its destination had, it reads nothing again. */
@Tag("crash")
class ResumedCopyTest {
    private static final Logger LOG = System.getLogger(ResumedCopyTest.class.getName());
    private static final int ROWS = Integer.getInteger("crash.rows", 5_000_000);
    private static final int SLICE = ROWS / 20;
    private static final int FRONTIERS_AT_SIXTY_PERCENT = 12;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"APPEND", "REPLACE", "UPSERT"})
    void killed_at_sixty_percent(Mode mode) throws IOException, InterruptedException {
        Scene scene = new Scene(folder, mode, Variant.PLAIN);
        scene.on(Jvm.compiling())
                .resource("max_batch_bytes", "4mb")
                .rowsAFrontier(SLICE)
                .addRows(ROWS, 0);
        scene.source().execute("analyze items");
        long all = Long.parseLong(scene.source().value("select count(*) from items"));
        // Of the frontier behind some sixty percent all rows are there, but not their COMMIT.
        scene.run(Optional.of(Strike.kill(Steps.COMMITTING, FRONTIERS_AT_SIXTY_PERCENT + 1)))
                .killed();
        long there = scene.books().rowsOfOpenLoad();

        scene.run().succeeded();

        scene.assertWhole();
        long again = scene.books().rowsReadByLastRun();
        LOG.log(Level.INFO, "{0}: {1} rows, {2} of them there when killed; then read {3}", mode, all, there, again);
        assertThat(there).isGreaterThan(all / 2);
        // What was there is not read again, so at most one slice is, the one whose commit did not come.
        assertThat(again).isEqualTo(all - there);
    }
}
