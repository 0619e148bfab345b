package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rapidbyte.crash.CrashSweep.Arrivals;
import io.rapidbyte.crash.MortalRun.Strike;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every durable step, in every mode: I6, I7, I8, I10, I17, I20. */
@Tag("crash")
class FullCrashSweepTest {
    private static final Logger LOG = System.getLogger(FullCrashSweepTest.class.getName());

    /** Those to be swept, by their names with commas between; all if not set. */
    private static final String MODES = System.getProperty("crash.modes", "");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void killed_at_every_step(Mode mode) throws IOException, InterruptedException {
        sweep(mode, Variant.PLAIN, Steps.of(mode, Variant.PLAIN), Arrivals.SECOND_AND_LAST);
    }

    @ParameterizedTest
    @EnumSource
    void killed_at_every_step_among_bad_rows(Mode mode) throws IOException, InterruptedException {
        sweep(mode, Variant.BAD_ROWS, Steps.of(mode, Variant.BAD_ROWS), Arrivals.FIRST);
    }

    @ParameterizedTest
    @CsvSource({
        "APPEND, NARROW_TABLE",
        "APPEND, LOST_ANSWERS",
        "APPEND, STATE_SERVER",
        "REPLACE, NO_TABLE",
        "REPLACE, KEPT_TABLE",
        "REPLACE, LOST_ANSWERS",
        "UPSERT, NO_TABLE",
        "UPSERT, LOST_ANSWERS",
        "INCREMENTAL_APPEND, NO_TABLE",
        "INCREMENTAL_APPEND, LOST_ANSWERS",
        "INCREMENTAL_UPSERT, NARROW_TABLE",
        "INCREMENTAL_UPSERT, LOST_ANSWERS",
        "INCREMENTAL_UPSERT, STATE_SERVER",
    })
    void killed_where_a_run_goes_another_way(Mode mode, Variant variant) throws IOException, InterruptedException {
        sweep(mode, variant, Steps.peculiar(mode, variant), Arrivals.FIRST);
    }

    private void sweep(Mode mode, Variant variant, Set<String> expected, Arrivals arrivals)
            throws IOException, InterruptedException {
        assumeChosen(mode);
        CrashSweep sweep = new CrashSweep(folder, mode, variant);
        sweep.sweep(expected, arrivals);
        tell(mode + " " + variant, sweep);
        assertThat(Steps.of(mode, variant)).as("the registry has all").containsAll(sweep.seen());
        Set<String> killed = new TreeSet<>(sweep.killedInRun());
        killed.addAll(sweep.killedInRecovery());
        assertThat(killed).as("killed at each step").containsAll(expected);
        Set<String> again = new TreeSet<>(expected);
        again.removeAll(Steps.ONCE);
        assertThat(sweep.killedInRecovery()).as("killed there in a recovery").containsAll(again);
    }

    /** With rows of which none is there yet; rows that were only added would come again, and are not forgotten without being asked. */
    @ParameterizedTest
    @CsvSource({
        "APPEND, destination.rows.staged",
        "REPLACE, " + Steps.COMMITTED,
        "UPSERT, " + Steps.COMMITTED,
        "INCREMENTAL_APPEND, " + Steps.COMMITTED,
        "INCREMENTAL_UPSERT, " + Steps.COMMITTED,
    })
    void killed_where_other_settings_begin_a_load_anew(Mode mode, String death)
            throws IOException, InterruptedException {
        assumeChosen(mode);
        CrashSweep sweep = new CrashSweep(folder, mode, Variant.PLAIN);
        for (String step : Steps.LOAD_REPLACED) {
            sweep.changeSettings(Strike.kill(death, 1), Strike.kill(step, 1));
        }
        tell(mode + " with other settings", sweep);
        assertThat(sweep.killedInRecovery()).containsAll(Steps.LOAD_REPLACED);
    }

    @ParameterizedTest
    @CsvSource({
        "APPEND, destination.rows.staged",
        "REPLACE, " + Steps.FRONTIER_SAVED,
        "UPSERT, " + Steps.FRONTIER_SAVED,
        "INCREMENTAL_APPEND, destination.rows.staged",
        "INCREMENTAL_UPSERT, " + Steps.FRONTIER_SAVED,
    })
    void killed_where_the_user_resets_the_stream(Mode mode, String death) throws IOException, InterruptedException {
        assumeChosen(mode);
        CrashSweep sweep = new CrashSweep(folder, mode, Variant.PLAIN);
        for (String step : Steps.RESET) {
            sweep.reset(Strike.kill(death, 1), Strike.kill(step, 1));
        }
        tell(mode + " reset", sweep);
        assertThat(sweep.killedInRecovery()).containsAll(Steps.RESET);
    }

    private static void assumeChosen(Mode mode) {
        assumeTrue(MODES.isEmpty() || List.of(MODES.split(",")).contains(mode.name()), "not chosen by crash.modes");
    }

    private static void tell(String what, CrashSweep sweep) {
        LOG.log(Level.INFO, "{0}: {1} killed of {2}, equal each time", what, sweep.deaths(), sweep.runs());
    }
}
