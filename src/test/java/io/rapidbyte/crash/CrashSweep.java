package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Outcome;
import io.rapidbyte.crash.MortalRun.Strike;
import io.rapidbyte.e2e.Postgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Kills runs of one mode at durable steps, again in their recovery, and compares what a last, undisturbed run leaves. */
final class CrashSweep {
    private final Path folder;
    private final Mode mode;
    private final boolean badRows;
    private final Set<String> seen = new LinkedHashSet<>();
    private int scenes;

    CrashSweep(Path folder, Mode mode, boolean badRows) {
        this.folder = folder;
        this.mode = mode;
        this.badRows = badRows;
    }

    /** All steps that any run came by. */
    Set<String> seen() {
        return seen;
    }

    /** Every step of an undisturbed run, each at its first and second arrival; and every one that only recoveries come by. */
    void sweepAll() throws IOException, InterruptedException {
        List<String> undisturbed = undisturbed();
        Set<String> onlyInRecovery = new LinkedHashSet<>();
        for (Strike death : deaths(undisturbed)) {
            List<String> recovery = dieAt(death, death);
            for (String step : recovery) {
                if (!undisturbed.contains(step) && onlyInRecovery.add(step)) {
                    dieAt(death, Strike.kill(step, 1));
                }
            }
        }
    }

    private List<String> undisturbed() throws IOException, InterruptedException {
        Scene scene = scene();
        List<String> steps = note(scene.run().succeeded()).hits();
        scene.assertWhole();
        return steps;
    }

    private static List<Strike> deaths(List<String> steps) {
        List<Strike> deaths = new ArrayList<>();
        for (String step : new LinkedHashSet<>(steps)) {
            deaths.add(Strike.kill(step, 1));
            if (steps.indexOf(step) != steps.lastIndexOf(step)) {
                deaths.add(Strike.kill(step, 2));
            }
        }
        return deaths;
    }

    /**
     * The run dies at {@code death}, its recovery at {@code again} if it comes by there; a third run is left alone.
     *
     * @return the steps that recoveries came by
     */
    List<String> dieAt(Strike death, Strike again) throws IOException, InterruptedException {
        Scene scene = scene();
        try {
            note(scene.run(Optional.of(death)).killed());
            scene.timePasses();
            Outcome recovery = note(scene.run(Optional.of(again)));
            if (recovery.hits().stream().filter(again.step()::equals).count() >= again.arrival()) {
                recovery.killed();
                scene.timePasses();
            } else {
                // What is done is not done again, so the recovery may lie wholly behind the step.
                recovery.succeeded();
            }
            Outcome last = note(scene.run()).succeeded();
            scene.assertWhole();
            List<String> steps = new ArrayList<>(recovery.hits());
            steps.addAll(last.hits());
            return steps;
        } catch (AssertionError e) {
            throw new AssertionError(
                    mode + (badRows ? " with bad rows" : "") + ", killed at " + death + " and " + again, e);
        }
    }

    private Outcome note(Outcome outcome) {
        seen.addAll(outcome.hits());
        return outcome;
    }

    private Scene scene() {
        return new Scene(
                folder.resolve("scene-" + ++scenes),
                mode,
                badRows,
                Postgres.shared().database(),
                Postgres.shared().database());
    }
}
