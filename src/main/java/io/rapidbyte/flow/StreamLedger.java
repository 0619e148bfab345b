package io.rapidbyte.flow;

import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.RejectedRecord;
import java.util.List;

/**
 * What outlives an attempt at a stream. Called on the destination's guest thread; blocks it until the
 * books are safe, and is interrupted when the run is cancelled. A failure fails the stage.
 */
public interface StreamLedger {
    /** The id of the last barrier of this load that is durable; 0 for a new load. */
    long committedSequence();

    /**
     * The destination is about to make barrier {@code sequence} durable, which is known to hold these
     * rows back. They count only once {@link #committed} says so.
     *
     * @param rejected since the barrier before it; may be empty
     */
    void prepare(long sequence, List<RejectedRecord> rejected) throws ConnectorException;

    /** The destination has made this frontier durable (I6). */
    void committed(Frontier frontier) throws ConnectorException;
}
