package io.rapidbyte.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which stage the others wait for: the one that waited least lately. On the orchestrator's event loop. */
final class Limit {
    /** What happened before counts that much less at each look, so that a single batch does not turn the word. */
    private static final double FADING = 0.7;

    private final List<String> stages;
    private final double[] recentWaits;
    private List<Duration> before = List.of();

    /** @param stages their names */
    Limit(List<String> stages) {
        this.stages = new ArrayList<>(stages);
        this.recentWaits = new double[stages.size()];
    }

    /**
     * Looks again.
     *
     * @param waits how long each stage has waited for its neighbours so far
     * @return the stage; empty at the first look
     */
    Optional<String> look(List<Duration> waits) {
        List<Duration> last = before;
        before = List.copyOf(waits);
        if (last.isEmpty()) {
            return Optional.empty();
        }
        int least = 0;
        for (int i = 0; i < recentWaits.length; i++) {
            long since = waits.get(i).minus(last.get(i)).toNanos();
            recentWaits[i] = recentWaits[i] * FADING + since;
            least = recentWaits[i] < recentWaits[least] ? i : least;
        }
        return Optional.of(stages.get(least));
    }
}
