package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.WriteMode;
import java.util.List;

/**
 * Where the rows go, and what becomes of those already there.
 *
 * @param maxDeadLetters how many rows of a run may end as dead letters before it fails (I20)
 */
public record DestinationSettings(
        String use,
        ObjectNode config,
        WriteMode writeMode,
        List<String> primaryKey,
        StreamPolicies policies,
        long maxDeadLetters) {

    /** More bad rows than that are no exceptions but a defect that somebody should look at first. */
    public static final long DEFAULT_MAX_DEAD_LETTERS = 10_000;

    public static final long MIN_DEAD_LETTERS = 1;

    /** 100,000: between two checkpoints they lie in memory. */
    public static final long MAX_DEAD_LETTERS = 100_000;

    public DestinationSettings {
        primaryKey = List.copyOf(primaryKey);
    }

    /** Without the settings, which hold passwords (I31). */
    @Override
    public String toString() {
        return "DestinationSettings[use=" + use + ", writeMode=" + writeMode + ", primaryKey=" + primaryKey
                + ", policies=" + policies + ", maxDeadLetters=" + maxDeadLetters + "]";
    }
}
