package io.rapidbyte.model;

import java.util.List;
import java.util.Optional;

/**
 * A stream that a source offers.
 *
 * @param name the name to write in a pipeline
 */
public record DiscoveredStream(
        String name,
        StreamSchema schema,
        Optional<Long> estimatedRows,
        Optional<Long> estimatedBytes,
        List<SyncMode> syncModes) {
    public DiscoveredStream {
        syncModes = List.copyOf(syncModes);
    }
}
