package io.rapidbyte.flow;

import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.RejectedRecord;
import java.util.List;

/**
 * What outlives an attempt at a stream. Called on the destination's guest thread but for
 * {@link #committedSequence} and {@link #durableCursors}; blocks it until the books are safe, and may be interrupted. Fails with a
 * {@link FailureException} that says why the stream cannot go on.
 */
public interface StreamLedger {
    /** The id of the last barrier of this load that is durable; 0 for a new load. Any thread. */
    long committedSequence();

    /** The destination has rejected a row; fails once there are more than the pipeline allows (I20). */
    void rejected(RejectedRecord row);

    /**
     * The destination is about to make barrier {@code sequence} durable, which is known to hold these
     * rows back. They count only once {@link #committed} says so.
     *
     * @param rejected since the barrier before it; may be empty
     * @param schema of these rows as JSON; empty without rows
     */
    void prepare(long sequence, List<RejectedRecord> rejected, String schema);

    /** The destination has altered what the rows are written to, for good, as {@code change} says. */
    void schemaChanged(String change);

    /**
     * The committed cursors of the pipeline's streams of changes, this one among them; none while one of them has none. On
     * the source's guest thread.
     */
    List<CursorValue> durableCursors();

    /** The destination has made this frontier durable (I6). */
    void committed(Frontier frontier);
}
