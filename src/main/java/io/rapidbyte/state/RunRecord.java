package io.rapidbyte.state;

import io.rapidbyte.model.FailureKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A run as it was recorded.
 *
 * @param endedAt empty while it runs
 * @param streams in the order of the pipeline; empty in a list of runs
 */
public record RunRecord(
        String runId,
        String pipeline,
        long epoch,
        RunState state,
        String trigger,
        LeaseHolder holder,
        Instant startedAt,
        Optional<Instant> endedAt,
        Optional<RecordedFailure> failure,
        List<StreamRecord> streams) {
    public RunRecord {
        streams = List.copyOf(streams);
    }

    /** Why a run or a stream failed. {@code stream} and {@code stage} are empty where it concerns none. */
    public record RecordedFailure(
            FailureKind kind, String code, String message, Optional<String> stream, Optional<String> stage) {}
}
