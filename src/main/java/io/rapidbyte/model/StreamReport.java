package io.rapidbyte.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What became of one stream of a run.
 *
 * @param rowsRead rows that left the source, in all attempts
 * @param rowsWritten rows that this run made durable at the destination, however the run ended
 * @param rowsRejected rows that were left out or became dead letters
 * @param bytesRead Arrow IPC bytes that left the source, uncompressed
 * @param attempts how often the stream was tried; 0 if never
 * @param continuedFrom rows of the load that earlier runs had delivered; empty where this run began it
 * @param warnings what connectors said at level {@code warn}, in order, each once
 * @param schemaChanges what this run altered in the destination, each as a statement, in order
 * @param timings time by stage and what it went to, such as {@code source.emit-wait}, summed over the attempts
 * @param metrics what connectors told of themselves, by stage and their own names, as of the last attempt
 */
public record StreamReport(
        String streamName,
        RunStatus status,
        long rowsRead,
        long rowsWritten,
        long rowsRejected,
        long bytesRead,
        long batches,
        int attempts,
        Optional<Long> continuedFrom,
        Duration duration,
        List<String> warnings,
        List<String> schemaChanges,
        Map<String, Duration> timings,
        Map<String, Double> metrics,
        Optional<Failure> failure) {
    public StreamReport {
        warnings = List.copyOf(warnings);
        schemaChanges = List.copyOf(schemaChanges);
        timings = Map.copyOf(timings);
        metrics = Map.copyOf(metrics);
    }

    /** What held the stream up most; empty where no stage ran. */
    public Optional<Bottleneck> bottleneck() {
        return Bottleneck.of(timings);
    }
}
