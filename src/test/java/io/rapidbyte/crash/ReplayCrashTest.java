package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Strike;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The most telling points of {@link FullReplayCrashTest}: I6, I7, I8, I20. */
class ReplayCrashTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"APPEND, " + Steps.COMMITTED + ", 2"})
    void killed_in_the_replay_and_in_the_next(Mode mode, String step, int arrival)
            throws IOException, InterruptedException {
        Strike strike = Strike.kill(step, arrival);
        new ReplaySweep(folder, mode).dieAt(strike, strike);
    }
}
