package io.rapidbyte.state;

import io.rapidbyte.model.RejectedRecord;
import java.time.Instant;

/**
 * A row that was rejected and is kept.
 *
 * @param id grows with time; unique in a store
 * @param schema of the row, as it was saved with it
 * @param tries how often the destination has refused it
 * @param obsolete whether a later load has read the row's table again, or the row's own load was given up
 */
public record DeadLetter(
        long id,
        String pipeline,
        String runId,
        String loadId,
        long sequence,
        Instant savedAt,
        RejectedRecord rejected,
        String schema,
        long tries,
        boolean obsolete) {}
