package io.rapidbyte.crash;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replays of dead letters, killed at every durable step: I6, I7, I8, I20. */
@Tag("crash")
class FullReplayCrashTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"APPEND", "REPLACE", "INCREMENTAL_UPSERT"})
    void killed_at_every_step(Mode mode) throws IOException, InterruptedException {
        new ReplaySweep(folder, mode).sweepAll();
    }
}
