package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.crash.MortalRun.Outcome;
import io.rapidbyte.crash.MortalRun.Strike;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Kills replays of dead letters at durable steps, again in their recovery, and compares what a last, undisturbed one leaves: each
 * row that was mended is there once, and the one that was not is a dead letter.
 */
final class ReplaySweep {
    /** Five dead letters then take three frontiers. */
    private static final int ROWS_A_FRONTIER = 2;

    /** The program's way to say that all went well, but for what is still refused. */
    private static final int STILL_REFUSED = 9;

    private final Path folder;
    private final Mode mode;
    private int scenes;

    ReplaySweep(Path folder, Mode mode) {
        this.folder = folder;
        this.mode = mode;
    }

    /** Every step of an undisturbed replay, each at its first and second arrival; and every one that only recoveries come by. */
    void sweepAll() throws IOException, InterruptedException {
        List<String> undisturbed = undisturbed();
        Set<String> onlyInRecovery = new LinkedHashSet<>();
        for (String step : new LinkedHashSet<>(undisturbed)) {
            int arrivals = undisturbed.indexOf(step) == undisturbed.lastIndexOf(step) ? 1 : 2;
            for (int arrival = 1; arrival <= arrivals; arrival++) {
                Strike death = Strike.kill(step, arrival);
                for (String other : dieAt(death, death)) {
                    if (!undisturbed.contains(other) && onlyInRecovery.add(other)) {
                        dieAt(death, Strike.kill(other, 1));
                    }
                }
            }
        }
    }

    private List<String> undisturbed() throws IOException, InterruptedException {
        Scene scene = scene();
        Outcome replay = refusingOne(scene.replay(Optional.empty()));
        assertWhole(scene);
        return replay.hits();
    }

    /**
     * The replay dies at {@code death}, the next one at {@code again} if it comes by there; a third is left alone.
     *
     * @return the steps that the later ones came by
     */
    List<String> dieAt(Strike death, Strike again) throws IOException, InterruptedException {
        Scene scene = scene();
        try {
            scene.replay(Optional.of(death)).killed();
            Outcome recovery = scene.replay(Optional.of(again));
            if (recovery.hits().stream().filter(again.step()::equals).count() >= again.arrival()) {
                recovery.killed();
            } else {
                refusingOne(recovery);
            }
            Outcome last = refusingOne(scene.replay(Optional.empty()));
            assertWhole(scene);
            List<String> steps = new ArrayList<>(recovery.hits());
            steps.addAll(last.hits());
            return steps;
        } catch (AssertionError e) {
            throw new AssertionError("replay of " + mode + ", killed at " + death + " and " + again, e);
        }
    }

    private static Outcome refusingOne(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.words()).isEqualTo(STILL_REFUSED);
        return outcome;
    }

    /** A table that lacks five rows, which it would take by now but for one. */
    private Scene scene() throws IOException, InterruptedException {
        Scene scene = new Scene(folder.resolve("scene-" + ++scenes), mode, Variant.BAD_ROWS);
        scene.run().succeeded();
        assertThat(scene.books().deadLetters()).hasSize(5);
        scene.target()
                .execute(
                        "alter table items drop constraint items_note_check",
                        "alter table items add check (note not like 'bad 250%')");
        return scene.rowsAFrontier(ROWS_A_FRONTIER);
    }

    private static void assertWhole(Scene scene) {
        String rows =
                "select id || ' ' || version || ' ' || md5(note) from items where note not like 'bad 250%' order by id";
        assertThat(scene.target().values(rows))
                .as("every row but one, once")
                .isEqualTo(scene.source().values(rows));
        assertThat(scene.target().value("select count(*) from items where note like 'bad 250%'"))
                .isEqualTo("0");
        assertThat(scene.books().deadLetters()).singleElement().asString().startsWith("bad 250");
    }
}
