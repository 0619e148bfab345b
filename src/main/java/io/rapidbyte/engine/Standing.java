package io.rapidbyte.engine;

import io.rapidbyte.flow.EdgeCounts;
import java.util.List;
import java.util.Optional;

/**
 * How far a stream is; see {@link io.rapidbyte.model.RunEvent.StreamProgress}.
 *
 * @param read what left the source in all attempts
 * @param edges what passed over each in this attempt, from the source on
 */
record Standing(
        EdgeCounts read,
        long rowsOut,
        long rowsRejected,
        Optional<Long> rowsExpected,
        Optional<String> limitedBy,
        List<EdgeCounts> edges) {
    static final Standing START = before(EdgeCounts.NONE);

    /** Of an attempt that is about to begin. */
    static Standing before(EdgeCounts read) {
        return new Standing(read, 0, 0, Optional.empty(), Optional.empty(), List.of());
    }
}
