package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.crash.Wire.Break;
import io.rapidbyte.e2e.Postgres;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection that is cut costs an attempt, never a row and never a row twice (I8, I11). */
class BrokenWireTest {
    /** So that neither the sockets' buffers nor the window hold all of it. */
    private static final int WIDE_ROWS = 1_000;

    private static final int PADDING = 10_000;

    @TempDir
    private Path folder;

    private Scene scene(Mode mode) {
        return new Scene(
                folder,
                mode,
                false,
                Postgres.shared().database(),
                Postgres.shared().database());
    }

    private static void runAcross(Scene scene, Wire wire) throws IOException, InterruptedException {
        scene.run().succeeded();
        assertThat(wire.broken()).as("the wire broke").isTrue();
        scene.assertWhole();
    }

    /** I10: nobody can know without asking the receipt. */
    @ParameterizedTest
    @EnumSource
    void the_answer_to_a_commit_is_lost(Mode mode) throws IOException, InterruptedException {
        Scene scene = scene(mode);
        try (Wire wire = new Wire(scene.target().server().port(), new Break.BeforeCommitsAnswer(2))) {
            runAcross(scene.targetThrough(wire), wire);
        }
    }

    /** I10: to the engine the same as a lost answer, and the receipt says the opposite. */
    @ParameterizedTest
    @EnumSource(names = {"APPEND", "INCREMENTAL_UPSERT"})
    void a_commit_is_lost(Mode mode) throws IOException, InterruptedException {
        Scene scene = scene(mode);
        try (Wire wire = new Wire(scene.target().server().port(), new Break.BeforeCommit(2))) {
            runAcross(scene.targetThrough(wire), wire);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "INCREMENTAL_UPSERT")
    void the_source_is_cut_off(Mode mode) throws IOException, InterruptedException {
        Scene scene = scene(mode);
        scene.addRows(WIDE_ROWS, PADDING);
        try (Wire wire = new Wire(scene.source().server().port(), new Break.AfterReceived(2_000_000))) {
            runAcross(scene.sourceThrough(wire), wire);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"APPEND", "REPLACE"})
    void the_destination_is_cut_off_among_rows(Mode mode) throws IOException, InterruptedException {
        Scene scene = scene(mode);
        scene.addRows(WIDE_ROWS, PADDING);
        try (Wire wire = new Wire(scene.target().server().port(), new Break.AfterSent(2_000_000))) {
            runAcross(scene.targetThrough(wire), wire);
        }
    }
}
