package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.crash.Wire.Break;
import io.rapidbyte.e2e.Postgres;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What happens to the wire to a server, or to the server itself, once in a run. It costs an attempt, never a row and never a row
 * twice (I8, I11).
 */
enum Fault {
    SOURCE_CUT(Side.SOURCE, Ending.CUT),
    SOURCE_DIES(Side.SOURCE, Ending.DIES),
    DESTINATION_CUT(Side.DESTINATION, Ending.CUT),
    DESTINATION_DIES(Side.DESTINATION, Ending.DIES),
    /** I10: to the engine the same as a lost answer, and the receipt says the opposite. */
    COMMIT_LOST(Side.DESTINATION, Ending.CUT),
    DIES_BEFORE_COMMIT(Side.DESTINATION, Ending.DIES),
    /** I10: the server has got the COMMIT, and no one can say how far it came. */
    DIES_IN_COMMIT(Side.DESTINATION, Ending.DIES),
    /** I10: nobody can know without asking the receipt. */
    ANSWER_LOST(Side.DESTINATION, Ending.CUT),
    DIES_AFTER_COMMIT(Side.DESTINATION, Ending.DIES);

    private enum Side {
        SOURCE,
        DESTINATION
    }

    private enum Ending {
        /** The connection is gone, and the server lives. */
        CUT,
        /** Immediate shutdown, and a start. */
        DIES
    }

    /** So that neither the sockets' buffers nor the window hold all the rows. */
    private static final int WIDE_ROWS = 1_000;

    private static final int PADDING = 10_000;
    private static final long AMONG_ROWS = 2_000_000;

    private final Side side;
    private final Ending ending;

    Fault(Side side, Ending ending) {
        this.side = side;
        this.ending = ending;
    }

    private Break moment() {
        return switch (this) {
            case SOURCE_CUT, SOURCE_DIES -> new Break.AfterReceived(AMONG_ROWS);
            case DESTINATION_CUT, DESTINATION_DIES -> new Break.AfterSent(AMONG_ROWS);
            case COMMIT_LOST, DIES_BEFORE_COMMIT -> new Break.BeforeCommit(2);
            case DIES_IN_COMMIT -> new Break.AtCommit(2);
            case ANSWER_LOST, DIES_AFTER_COMMIT -> new Break.BeforeCommitsAnswer(2);
        };
    }

    /** @param mortal a server that may die */
    void happen(Path folder, Mode mode, Postgres mortal) throws IOException, InterruptedException {
        Postgres.Database weak = mortal.database();
        Postgres.Database sound = Postgres.shared().database();
        Scene scene = switch (side) {
            case SOURCE -> new Scene(folder, mode, Variant.PLAIN, weak, sound);
            case DESTINATION -> new Scene(folder, mode, Variant.PLAIN, sound, weak);
        };
        scene.addRows(WIDE_ROWS, PADDING);
        try (Wire wire = new Wire(mortal.port(), moment(), () -> end(mortal))) {
            switch (side) {
                case SOURCE -> scene.sourceThrough(wire);
                case DESTINATION -> scene.targetThrough(wire);
            }
            scene.run().succeeded();
            assertThat(wire.broken()).as("the wire broke").isTrue();
            scene.assertWhole();
        }
    }

    private void end(Postgres mortal) {
        switch (ending) {
            case CUT -> {}
            case DIES -> {
                mortal.killNow();
                mortal.restart();
            }
        }
    }
}
