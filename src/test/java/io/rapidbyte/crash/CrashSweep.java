package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Outcome;
import io.rapidbyte.crash.MortalRun.Strike;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Kills runs of one kind at durable steps, again in their recovery, and compares what a last, undisturbed run leaves. */
final class CrashSweep {
    /** At which of its arrivals at a step a run is killed. A step that it comes by only once has the one. */
    enum Arrivals {
        FIRST,
        /** In the middle, where something is durable and something is not, and where the load gets complete. */
        SECOND_AND_LAST;

        private Set<Integer> of(int count) {
            return switch (this) {
                case FIRST -> Set.of(1);
                case SECOND_AND_LAST -> new TreeSet<>(List.of(Math.min(2, count), count));
            };
        }
    }

    private static final Logger LOG = System.getLogger(CrashSweep.class.getName());

    private final Path folder;
    private final Mode mode;
    private final Variant variant;
    private final Set<String> seen = new TreeSet<>();
    private final Set<String> killedInRun = new TreeSet<>();
    private final Set<String> killedInRecovery = new TreeSet<>();
    private int deaths;
    private int runs;
    private int scenes;

    CrashSweep(Path folder, Mode mode, Variant variant) {
        this.folder = folder;
        this.mode = mode;
        this.variant = variant;
    }

    /** All steps that any run came by. */
    Set<String> seen() {
        return seen;
    }

    /** Where a run was killed that had not been killed before. */
    Set<String> killedInRun() {
        return killedInRun;
    }

    /** Where a run was killed that went on after another one was. */
    Set<String> killedInRecovery() {
        return killedInRecovery;
    }

    /** How many processes were killed. */
    int deaths() {
        return deaths;
    }

    /** How many processes were started. */
    int runs() {
        return runs;
    }

    /** Each of the steps that an undisturbed run comes by; and each that only recoveries do, after the first death that leads there. */
    void sweep(Set<String> steps, Arrivals arrivals) throws IOException, InterruptedException {
        List<String> undisturbed = undisturbed();
        Set<String> onlyInRecovery = new LinkedHashSet<>();
        for (Strike death : deaths(undisturbed, steps, arrivals)) {
            for (String step : dieAt(death, death)) {
                if (!undisturbed.contains(step) && steps.contains(step) && onlyInRecovery.add(step)) {
                    Strike there = Strike.kill(step, 1);
                    dieAt(death, there, there);
                }
            }
        }
    }

    private List<String> undisturbed() throws IOException, InterruptedException {
        try (Stage stage = new Stage()) {
            List<String> steps = stage.run(Optional.empty()).succeeded().hits();
            stage.scene.assertWhole();
            return steps;
        }
    }

    private static List<Strike> deaths(List<String> run, Set<String> steps, Arrivals arrivals) {
        List<Strike> deaths = new ArrayList<>();
        for (String step : new LinkedHashSet<>(run)) {
            int count = (int) run.stream().filter(step::equals).count();
            for (int arrival : steps.contains(step) ? arrivals.of(count) : Set.<Integer>of()) {
                deaths.add(Strike.kill(step, arrival));
            }
        }
        return deaths;
    }

    /**
     * The run dies at {@code death}, its recoveries one after the other at {@code again}, if they come by there; the next run is
     * left alone.
     *
     * @return the steps that recoveries came by
     */
    List<String> dieAt(Strike death, Strike... again) throws IOException, InterruptedException {
        try (Stage stage = new Stage()) {
            List<String> recoveries = new ArrayList<>();
            stage.run(Optional.of(death)).killed();
            killedInRun.add(death.step());
            stage.scene.timePasses();
            for (Strike strike : again) {
                Outcome recovery = stage.run(Optional.of(strike));
                recoveries.addAll(recovery.hits());
                if (recovery.hits().stream().filter(strike.step()::equals).count() < strike.arrival()) {
                    // What is done is not done again, so the recovery may lie wholly behind the step.
                    recovery.succeeded();
                    break;
                }
                recovery.killed();
                killedInRecovery.add(strike.step());
                stage.scene.timePasses();
            }
            recoveries.addAll(stage.run(Optional.empty()).succeeded().hits());
            stage.scene.assertWhole();
            LOG.log(Level.DEBUG, "{0}, {1}: equal after deaths at {2} and {3}", mode, variant, death, List.of(again));
            return recoveries;
        } catch (AssertionError e) {
            throw new AssertionError(mode + ", " + variant + ", killed at " + death + " and " + List.of(again), e);
        }
    }

    /**
     * A run dies at {@code death} and leaves an open load. Then the settings change, and the recovery dies at {@code again}, where
     * it begins a load anew.
     */
    void changeSettings(Strike death, Strike again) throws IOException, InterruptedException {
        try (Stage stage = new Stage()) {
            stage.run(Optional.of(death)).killed();
            stage.scene.givesUpItsLoad();
            stage.scene.changeSettings();
            stage.run(Optional.of(again)).killed();
            killedInRecovery.add(again.step());
            stage.scene.timePasses();
            stage.run(Optional.empty()).succeeded();
            stage.scene.assertWhole();
        }
    }

    /** A run dies at {@code death}; then the user resets the stream, which dies at {@code again}, and resets it once more. */
    void reset(Strike death, Strike again) throws IOException, InterruptedException {
        try (Stage stage = new Stage()) {
            stage.run(Optional.of(death)).killed();
            stage.scene.givesUpItsLoad();
            note(stage.scene.reset(Optional.of(again))).killed();
            killedInRecovery.add(again.step());
            note(stage.scene.reset(Optional.empty())).succeeded();
            stage.run(Optional.empty()).succeeded();
            stage.scene.assertWhole();
        }
    }

    private Outcome note(Outcome outcome) {
        runs++;
        deaths += outcome.exitCode() == MortalRun.KILLED ? 1 : 0;
        seen.addAll(outcome.hits());
        return outcome;
    }

    /** A scene, and the wire that its destination hangs on where answers are lost. */
    private final class Stage implements AutoCloseable {
        final Scene scene = new Scene(folder.resolve("scene-" + ++scenes), mode, variant);
        private final Optional<Wire> wire;

        Stage() throws IOException {
            if (variant == Variant.LOST_ANSWERS) {
                wire = Optional.of(new Wire(scene.target().server().port(), new Wire.Break.BeforeCommitsAnswer(1)));
                wire.ifPresent(scene::targetThrough);
            } else {
                wire = Optional.empty();
            }
        }

        Outcome run(Optional<Strike> strike) throws IOException, InterruptedException {
            wire.ifPresent(Wire::arm);
            return note(scene.run(strike));
        }

        @Override
        public void close() throws IOException {
            if (wire.isPresent()) {
                wire.get().close();
            }
        }
    }
}
