package io.rapidbyte.state;

import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A stream of a recorded run.
 *
 * @param continued whether its load had been opened by an earlier run
 * @param deadLetters those of this run that count and have not been removed
 * @param schemaChanges what was altered in the destination, in order
 */
public record StreamRecord(
        String stream,
        RunState state,
        String loadId,
        boolean continued,
        SyncMode syncMode,
        WriteMode writeMode,
        long rowsRead,
        long rowsWritten,
        long bytesRead,
        long batches,
        Duration duration,
        long deadLetters,
        Optional<RunRecord.RecordedFailure> failure,
        List<String> warnings,
        List<String> schemaChanges,
        List<Attempt> attempts) {
    public StreamRecord {
        warnings = List.copyOf(warnings);
        schemaChanges = List.copyOf(schemaChanges);
        attempts = List.copyOf(attempts);
    }

    /**
     * One try at the stream.
     *
     * @param attempt counts from 1
     * @param outcome empty while it runs, or if its process ended without a word
     * @param code of the error, where there was one
     * @param backoff how long the next attempt had to wait
     */
    public record Attempt(
            int attempt,
            Instant startedAt,
            Optional<Instant> endedAt,
            Optional<RunStatus> outcome,
            Optional<String> code,
            Optional<String> message,
            Optional<Duration> backoff) {}
}
