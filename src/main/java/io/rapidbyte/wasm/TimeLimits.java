package io.rapidbyte.wasm;

import java.time.Duration;
import java.util.Optional;

/**
 * How long one call into a guest may take. What is empty is not limited.
 *
 * @param wall from beginning to end, waiting included
 * @param cpu processor time of the guest's thread, the host's work on its behalf included
 * @param spin processor time without passing between guest and host: what goes on for longer than the work on a
 *     batch takes is a loop without an end
 */
public record TimeLimits(Optional<Duration> wall, Optional<Duration> cpu, Optional<Duration> spin) {
    public static final TimeLimits NONE = new TimeLimits(Optional.empty(), Optional.empty(), Optional.empty());

    /** For calls that have no end of their own: what still holds is that they pass between guest and host. */
    public TimeLimits endless() {
        return new TimeLimits(Optional.empty(), Optional.empty(), spin);
    }

    /** Which of the limits. */
    public enum Kind {
        WALL,
        CPU,
        SPIN
    }
}
