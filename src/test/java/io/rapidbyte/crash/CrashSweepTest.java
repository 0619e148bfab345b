package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Strike;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The most telling points of {@link FullCrashSweepTest}: I6, I7, I8, I17, I20. */
class CrashSweepTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "APPEND, PLAIN, " + Steps.COMMITTED + ", 2",
        "APPEND, BAD_ROWS, " + Steps.COMMITTING + ", 2",
        "REPLACE, BAD_ROWS, " + Steps.COMMITTED + ", 2",
        "UPSERT, NO_TABLE, " + Steps.COMMITTED + ", 2",
        "INCREMENTAL_APPEND, BAD_ROWS, " + Steps.COMMITTED + ", 1",
        "INCREMENTAL_UPSERT, PLAIN, " + Steps.FRONTIER_SAVED + ", 1",
    })
    void killed_in_the_run_and_in_its_recovery(Mode mode, Variant variant, String step, int arrival)
            throws IOException, InterruptedException {
        Strike strike = Strike.kill(step, arrival);
        new CrashSweep(folder, mode, variant).dieAt(strike, strike);
    }
}
