package io.rapidbyte.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Something that happened in a run. {@code sequence} counts from 1 without gaps within a run. */
public sealed interface RunEvent {
    String runId();

    long sequence();

    Instant at();

    record RunStarted(String runId, long sequence, Instant at, String pipeline, List<String> streams)
            implements RunEvent {}

    record StreamStarted(String runId, long sequence, Instant at, String streamName) implements RunEvent {}

    /** Totals so far; sent at most a few times a second for each stream. {@code rowsOut} counts what the destination took. */
    record StreamProgress(
            String runId, long sequence, Instant at, String streamName, long rowsRead, long bytesRead, long rowsOut)
            implements RunEvent {}

    record StreamFinished(String runId, long sequence, Instant at, StreamReport report) implements RunEvent {}

    /** A line a connector logged. */
    record Log(
            String runId,
            long sequence,
            Instant at,
            Optional<String> streamName,
            String stage,
            String level,
            String message)
            implements RunEvent {}

    record RunFinished(String runId, long sequence, Instant at, RunReport report) implements RunEvent {}
}
