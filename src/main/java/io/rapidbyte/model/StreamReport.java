package io.rapidbyte.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What became of one stream of a run.
 *
 * @param rowsRead rows that left the source
 * @param rowsWritten rows that the destination made durable; 0 unless it committed
 * @param bytesRead Arrow IPC bytes that left the source, uncompressed
 * @param warnings what connectors said at level {@code warn}, in order, each once
 * @param timings time by what it went to, such as {@code source.emit-wait}
 */
public record StreamReport(
        String streamName,
        RunStatus status,
        long rowsRead,
        long rowsWritten,
        long bytesRead,
        long batches,
        Duration duration,
        List<String> warnings,
        Map<String, Duration> timings,
        Optional<Failure> failure) {
    public StreamReport {
        warnings = List.copyOf(warnings);
        timings = Map.copyOf(timings);
    }
}
