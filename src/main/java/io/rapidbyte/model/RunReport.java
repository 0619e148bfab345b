package io.rapidbyte.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What became of a run.
 *
 * @param streams in the order of the pipeline
 * @param failure the first failure, where there was one
 */
public record RunReport(
        String runId,
        String pipeline,
        RunStatus status,
        Instant startedAt,
        Duration duration,
        List<StreamReport> streams,
        Optional<Failure> failure) {
    public RunReport {
        streams = List.copyOf(streams);
    }
}
