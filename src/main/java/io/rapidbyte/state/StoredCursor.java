package io.rapidbyte.state;

import io.rapidbyte.model.CursorValue;
import java.time.Instant;
import java.util.Optional;

/**
 * The cursor of a stream: rows up to it are in the destination.
 *
 * @param field the column that the value is of; unknown of one that an early version saved, like {@code tieBreakerField}
 */
public record StoredCursor(
        String pipeline,
        String stream,
        Optional<String> field,
        Optional<String> tieBreakerField,
        CursorValue value,
        Instant updatedAt) {}
