package io.rapidbyte.state;

import java.util.Optional;

/**
 * Which dead letters to list, by growing id.
 *
 * @param limit the most to return, 1 to {@link #MAX_LIMIT}
 * @param after the id of the last one already seen; 0 begins
 */
public record DeadLetterQuery(
        Optional<String> pipeline, Optional<String> stream, Optional<String> runId, int limit, long after) {
    /** As many rows as fit comfortably into memory. */
    public static final int MAX_LIMIT = 1_000;

    public DeadLetterQuery {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("a page has 1 to " + MAX_LIMIT + " dead letters, not " + limit);
        }
    }

    public static DeadLetterQuery ofPipeline(String pipeline, int limit) {
        return new DeadLetterQuery(Optional.of(pipeline), Optional.empty(), Optional.empty(), limit, 0);
    }
}
