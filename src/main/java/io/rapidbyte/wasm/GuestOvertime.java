package io.rapidbyte.wasm;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The guest took more time in one call than it may, and was stopped. The instance is lost. */
public final class GuestOvertime extends GuestException {
    private final TimeLimits.Kind kind;
    private final Duration limit;

    GuestOvertime(String function, Overtime what, @Nullable Throwable cause) {
        super(
                "the guest was stopped in " + function + ", because it took more than " + seconds(what.limit())
                        + switch (what.kind()) {
                            case WALL -> " there";
                            case CPU -> " of processor time there";
                            case SPIN -> " of processor time at a stretch, without asking the host for anything";
                        },
                cause);
        this.kind = what.kind();
        this.limit = what.limit();
    }

    /** A limit that a call went beyond. */
    record Overtime(TimeLimits.Kind kind, Duration limit) {}

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    public TimeLimits.Kind kind() {
        return kind;
    }

    public Duration limit() {
        return limit;
    }
}
