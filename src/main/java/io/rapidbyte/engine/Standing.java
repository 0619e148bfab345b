package io.rapidbyte.engine;

import io.rapidbyte.flow.EdgeCounts;
import java.util.Optional;

/**
 * How far a stream is; see {@link io.rapidbyte.model.RunEvent.StreamProgress}.
 *
 * @param read what left the source in all attempts
 */
record Standing(
        EdgeCounts read, long rowsOut, long rowsRejected, Optional<Long> rowsExpected, Optional<String> limitedBy) {
    static final Standing START = new Standing(EdgeCounts.NONE, 0, 0, Optional.empty(), Optional.empty());
}
