package io.rapidbyte.state;

import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import java.time.Instant;

/**
 * A load as it stands. Of each stream the open one is kept and the last one that is not.
 *
 * @param runId the run that opened it
 */
public record LoadRecord(
        String pipeline,
        String stream,
        String loadId,
        Status status,
        SyncMode syncMode,
        WriteMode writeMode,
        String fingerprint,
        long sequence,
        String payload,
        long rows,
        long rejected,
        String runId,
        Instant openedAt,
        Instant updatedAt) {
    public enum Status {
        OPEN,
        COMPLETE,
        /** Given up for a new one, because its settings no longer held. */
        REPLACED,
        /** Given up by the user. */
        RESET
    }
}
