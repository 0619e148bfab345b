package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.Narrowing;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.WriteMode;
import java.util.List;

/**
 * Where the rows go, and what becomes of those already there.
 *
 * @param narrowing what the connector may do less than its manifest grants
 * @param maxDeadLetters how many rows of a run may end as dead letters before it fails (I20)
 */
public record DestinationSettings(
        String use,
        ObjectNode config,
        Narrowing narrowing,
        WriteMode writeMode,
        List<String> primaryKey,
        StreamPolicies policies,
        long maxDeadLetters) {

    /** More bad rows than that are no exceptions but a defect that somebody should look at first. */
    public static final long DEFAULT_MAX_DEAD_LETTERS = 10_000;

    public static final long MIN_DEAD_LETTERS = 1;

    /** 100,000: between two checkpoints they lie in memory. */
    public static final long MAX_DEAD_LETTERS = 100_000;

    /** 64 MiB of a run's dead letters as text, however many they are: twice that lies in memory between two checkpoints. */
    public static final long MAX_DEAD_LETTER_BYTES = 64L << 20;

    public DestinationSettings {
        primaryKey = List.copyOf(primaryKey);
    }

    /** With all that the manifest grants. */
    public DestinationSettings(
            String use,
            ObjectNode config,
            WriteMode writeMode,
            List<String> primaryKey,
            StreamPolicies policies,
            long maxDeadLetters) {
        this(use, config, Narrowing.NONE, writeMode, primaryKey, policies, maxDeadLetters);
    }

    /** Without the settings, which hold passwords (I31). */
    @Override
    public String toString() {
        return "DestinationSettings[use=" + use + ", writeMode=" + writeMode + ", primaryKey=" + primaryKey
                + ", policies=" + policies + ", maxDeadLetters=" + maxDeadLetters + "]";
    }
}
