package io.rapidbyte.engine;

import java.util.List;

/**
 * A key whose rows are not the same on both sides.
 *
 * @param key its values, as the servers print them
 */
public record Difference(List<String> key, Kind kind) {
    /** What is wrong at the target. */
    public enum Kind {
        /** The source has it, the target does not. */
        MISSING,
        /** The target has it, the source does not. */
        EXTRA,
        /** Both have it, with other values. */
        DIFFERENT,
        /** Nothing keeps the key unique, and the target has more rows of it than the source. */
        SURPLUS
    }

    public Difference {
        key = List.copyOf(key);
    }
}
