package io.rapidbyte.config;

import io.rapidbyte.model.SyncMode;
import java.util.List;
import java.util.Optional;

/**
 * One stream of a source: what to read of it, and how.
 *
 * @param cursor of an incremental stream
 * @param columns the columns to read, in this order; empty reads all
 */
public record StreamSettings(
        String name, SyncMode syncMode, Optional<CursorSettings> cursor, Optional<List<String>> columns) {
    public StreamSettings {
        columns = columns.map(List::copyOf);
    }
}
