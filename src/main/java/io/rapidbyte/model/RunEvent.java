package io.rapidbyte.model;

import java.time.Duration;
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

    /**
     * Totals so far; sent at most a few times a second for each stream.
     *
     * @param rowsRead rows that left the source, in all attempts
     * @param rowsOut rows that the destination took in this attempt
     * @param rowsRejected dead letters of this attempt
     * @param rowsExpected what {@code rowsRead} will be in the end, as the source estimates it
     * @param limitedBy the stage that the others wait for at present
     * @param edges what has passed over each edge in this attempt, from the source on; empty before it has begun
     */
    record StreamProgress(
            String runId,
            long sequence,
            Instant at,
            String streamName,
            long rowsRead,
            long bytesRead,
            long rowsOut,
            long rowsRejected,
            Optional<Long> rowsExpected,
            Optional<String> limitedBy,
            List<Edge> edges)
            implements RunEvent {
        public StreamProgress {
            edges = List.copyOf(edges);
        }
    }

    /** What has passed from one stage to the next; {@code bytes} of Arrow, before compression. */
    record Edge(long rows, long bytes) {}

    /**
     * The destination has made a stream's rows durable up to a frontier, and the state knows.
     *
     * @param frontier counts from 1 in a load
     * @param rows of the load up to there, those of earlier runs included
     * @param last whether the load is complete with it
     * @param savedIn what the state needed for it
     */
    record FrontierCommitted(
            String runId,
            long sequence,
            Instant at,
            String streamName,
            long frontier,
            long rows,
            boolean last,
            Duration savedIn)
            implements RunEvent {}

    /**
     * An attempt failed, and another is made.
     *
     * @param attempt the one that failed; counts from 1
     * @param delay until the next
     */
    record StreamRetrying(
            String runId,
            long sequence,
            Instant at,
            String streamName,
            int attempt,
            String code,
            String message,
            Duration delay)
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
