package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.crash.MortalRun.Outcome;
import io.rapidbyte.crash.MortalRun.Strike;
import io.rapidbyte.e2e.Postgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs with {@code state.backend: postgres}: the program dies, and the state's server does (I6, I7, I8, I9). */
class StateServerTest {
    @TempDir
    private static Path servers;

    private static Postgres mortal;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        mortal = Postgres.start(servers.resolve("mortal"));
    }

    @AfterAll
    static void stop() {
        mortal.close();
    }

    private Scene scene(Mode mode) {
        return new Scene(folder, mode, Variant.PLAIN).stateIn(mortal.database());
    }

    @ParameterizedTest
    @CsvSource({"APPEND", "INCREMENTAL_UPSERT"})
    void the_program_dies_before_the_state_knows_of_a_commit(Mode mode) throws IOException, InterruptedException {
        Strike strike = Strike.kill(Steps.COMMITTED, 2);
        new CrashSweep(folder, mode, Variant.STATE_SERVER).dieAt(strike, strike);
    }

    /** The run may go on or not, but it neither claims what was not saved, nor is anything lost or doubled. */
    @ParameterizedTest
    @EnabledOnOs(value = OS.LINUX, disabledReason = "looks into /proc")
    @CsvSource({
        "APPEND, " + Steps.COMMITTED,
        "REPLACE, " + Steps.FRONTIER_SAVED,
        "UPSERT, " + Steps.COMMITTING,
        "INCREMENTAL_APPEND, " + Steps.COMMITTED
    })
    void the_server_dies_and_comes_back(Mode mode, String step) throws IOException, InterruptedException {
        Scene scene = scene(mode);
        MortalRun run = scene.start(Optional.of(Strike.stop(step, 2))).awaitStop();
        mortal.killNow();
        mortal.restart();
        run.send(Signal.CONTINUE);

        Outcome outcome = run.finish();
        if (outcome.exitCode() != 0) {
            assertThat(outcome.failed().words()).contains("the state database").contains(":" + mortal.port());
        }

        scene.timePasses();
        scene.run().succeeded();
        scene.assertWhole();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "looks into /proc")
    void the_server_dies_and_stays_away_until_the_run_has_ended() throws IOException, InterruptedException {
        Scene scene = scene(Mode.APPEND);
        MortalRun run =
                scene.start(Optional.of(Strike.stop(Steps.COMMITTED, 2))).awaitStop();
        mortal.killNow();
        run.send(Signal.CONTINUE);

        Outcome lost = run.finish().failed();
        mortal.restart();

        assertThat(lost.words()).contains("the state database").contains(":" + mortal.port());
        scene.run().succeeded();
        scene.assertWhole();
    }

    /** Never a silent fresh start, which would bring every row again. */
    @Test
    void a_state_that_was_tampered_with_is_refused() throws IOException, InterruptedException {
        Scene scene = scene(Mode.INCREMENTAL_APPEND);
        scene.run().succeeded();
        String before = scene.target().fingerprint("items");
        scene.stateServer().execute("update rapidbyte.migrations set checksum = reverse(checksum)");

        Outcome refused = scene.run().failed();

        assertThat(refused.words()).contains("the state database");
        assertThat(scene.target().fingerprint("items")).isEqualTo(before);
        scene.stateServer().execute("update rapidbyte.migrations set checksum = reverse(checksum)");
        scene.timePasses();
        scene.run().succeeded();
        scene.assertWhole();
    }
}
