package io.rapidbyte.crash;

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
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Servers that die at once and come back: the run goes on from its last frontier (I8, I11). The program stands still at a durable
 * step while the server dies, so that it happens where the test says.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks into /proc")
class DyingServerTest {
    private static final int WIDE_ROWS = 1_500;
    private static final int PADDING = 10_000;

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

    private static void dieAt(Scene scene, String step, int arrival) throws IOException, InterruptedException {
        MortalRun run = scene.start(Optional.of(Strike.stop(step, arrival))).awaitStop();
        mortal.killNow();
        mortal.restart();
        run.send(Signal.CONTINUE);
        run.finish().succeeded();
        scene.assertWhole();
    }

    @Test
    void the_source_dies_while_it_is_read() throws IOException, InterruptedException {
        Scene scene = new Scene(
                folder, Mode.APPEND, false, mortal.database(), Postgres.shared().database());
        scene.addRows(WIDE_ROWS, PADDING);
        dieAt(scene, Steps.FRONTIER_SAVED, 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"REPLACE", "UPSERT"})
    void the_destination_dies_right_before_a_commit(Mode mode) throws IOException, InterruptedException {
        dieAt(new Scene(folder, mode, false, Postgres.shared().database(), mortal.database()), Steps.COMMITTING, 2);
    }

    @ParameterizedTest
    @EnumSource(names = "INCREMENTAL_APPEND")
    void the_destination_dies_right_after_a_commit(Mode mode) throws IOException, InterruptedException {
        dieAt(new Scene(folder, mode, false, Postgres.shared().database(), mortal.database()), Steps.COMMITTED, 2);
    }
}
