package io.rapidbyte.state;

import java.time.Instant;
import java.util.Optional;

/**
 * Which runs to list, newest first.
 *
 * @param limit the most to return, 1 to {@link #MAX_LIMIT}
 * @param after the last one already seen; empty begins
 */
public record RunQuery(Optional<String> pipeline, int limit, Optional<Place> after) {
    /** Twice what is shown on the longest page. */
    public static final int MAX_LIMIT = 1_000;

    public RunQuery {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("a page has 1 to " + MAX_LIMIT + " runs, not " + limit);
        }
    }

    /** Of a run in the order of lists. */
    public record Place(Instant startedAt, String runId) {}
}
