package io.rapidbyte.model;

import java.util.Optional;

/**
 * Where an incremental read goes on.
 *
 * @param lastValue the last committed value; empty on the first run
 * @param lagSeconds how far before the last value to begin again, for rows that were committed late
 */
public record Cursor(
        String field,
        Optional<String> tieBreakerField,
        Optional<CursorValue> lastValue,
        CursorNulls nulls,
        long lagSeconds) {}
