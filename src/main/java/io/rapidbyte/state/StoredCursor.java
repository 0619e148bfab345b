package io.rapidbyte.state;

import io.rapidbyte.model.CursorValue;
import java.time.Instant;

/** The cursor of a stream: rows up to it are in the destination. */
public record StoredCursor(String pipeline, String stream, CursorValue value, Instant updatedAt) {}
