package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.crash.MortalRun.Outcome;
import io.rapidbyte.crash.MortalRun.Strike;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two runs of one pipeline never overlap, whoever lives, dies, or only seemed to be dead. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks into /proc")
class LeaseTest {
    @TempDir
    private Path folder;

    private Scene scene(Mode mode) {
        return new Scene(folder, mode, Variant.PLAIN);
    }

    @Test
    void a_second_run_is_refused_and_told_who_holds_the_pipeline() throws IOException, InterruptedException {
        Scene scene = scene(Mode.APPEND);
        MortalRun first =
                scene.start(Optional.of(Strike.stop(Steps.FRONTIER_SAVED, 2))).awaitStop();

        Outcome second = scene.run().failed();

        assertThat(second.words()).contains(Long.toString(first.pid()));
        first.send(Signal.CONTINUE);
        first.finish().succeeded();
        scene.assertWhole();
    }

    @Test
    void a_dead_holder_is_followed_at_once() throws IOException, InterruptedException {
        Scene scene = scene(Mode.APPEND);
        scene.run(Optional.of(Strike.kill(Steps.FRONTIER_SAVED, 2))).killed();

        // Far sooner than the lease expires.
        scene.run().succeeded();
        scene.assertWhole();
    }

    /**
     * I8: it wakes up believing that it holds the pipeline, with rows in hand that another run has written meanwhile. What its
     * transaction had locked did not keep that run waiting, though its connection was open all the time.
     */
    @ParameterizedTest
    @EnumSource(names = {"APPEND", "REPLACE", "UPSERT", "INCREMENTAL_APPEND"})
    void a_holder_that_wakes_up_after_its_lease_has_gone_changes_nothing(Mode mode)
            throws IOException, InterruptedException {
        Scene scene = scene(mode);
        MortalRun zombie =
                scene.start(Optional.of(Strike.stop(Steps.ROWS_STAGED, 2))).awaitStop();
        scene.books().expireLeases();
        scene.run().succeeded();
        scene.assertWhole();

        zombie.send(Signal.CONTINUE);

        zombie.finish().failed();
        scene.assertWhole();
    }
}
