package io.rapidbyte.model;

import java.util.List;
import java.util.Optional;

/**
 * Where an incremental read, or one of changes, goes on.
 *
 * @param field the column; of a stream of changes the name of their place in the source's log
 * @param lastValue the last committed value; empty on the first run
 * @param lagSeconds how far before the last value to begin again, for rows that were committed late
 * @param siblings of a stream of changes: the last values of all of the pipeline's, itself included, that were committed
 *     when the run began; what lies before the least of them nobody needs any more
 * @param follow of a stream of changes: to be followed without an end, and how many milliseconds what came may wait for a
 *     barrier; empty where it is read up to where its log ends
 */
public record Cursor(
        String field,
        Optional<String> tieBreakerField,
        Optional<CursorValue> lastValue,
        CursorNulls nulls,
        long lagSeconds,
        List<CursorValue> siblings,
        Optional<Long> follow) {
    public Cursor {
        siblings = List.copyOf(siblings);
    }
}
