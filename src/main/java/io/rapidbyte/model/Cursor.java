package io.rapidbyte.model;

import java.util.Optional;

/**
 * Where an incremental read goes on.
 *
 * @param lastValue the last committed value; empty on the first run
 */
public record Cursor(String field, Optional<String> tieBreakerField, Optional<CursorValue> lastValue) {}
