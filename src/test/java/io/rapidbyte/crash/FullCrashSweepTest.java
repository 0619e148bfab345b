package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every durable step, in every mode: I6, I7, I8, I17, I20. */
@Tag("crash")
class FullCrashSweepTest {
    private static final Set<String> SEEN = new TreeSet<>();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "APPEND, false", "APPEND, true",
        "REPLACE, false", "REPLACE, true",
        "UPSERT, false", "UPSERT, true",
        "INCREMENTAL_APPEND, false", "INCREMENTAL_APPEND, true",
        "INCREMENTAL_UPSERT, false", "INCREMENTAL_UPSERT, true",
    })
    void killed_at_every_step(Mode mode, boolean badRows) throws IOException, InterruptedException {
        CrashSweep sweep = new CrashSweep(folder, mode, badRows);
        sweep.sweepAll();
        SEEN.addAll(sweep.seen());
    }

    @AfterAll
    static void every_step_of_the_registry_was_hit_and_no_other() {
        assertThat(SEEN).isEqualTo(Steps.all());
    }
}
