package io.rapidbyte.flow;

import io.rapidbyte.model.Compression;
import io.rapidbyte.model.Failure;

/**
 * What travels over an edge. {@code sequence} counts from 1 without gaps on each edge, so that the
 * inlet sees at once when the bus lost something (I3).
 *
 * <p>A frame has one owner at a time: the outlet until it is sent, then the inlet, then the stage
 * that took it. The owner of a batch releases its bytes.
 */
sealed interface Frame {
    long sequence();

    /** Gives back what the frame occupies; to be called once, by its owner. */
    default void release() {}

    /**
     * One Arrow IPC stream.
     *
     * @param bytes off-heap, compressed as {@code codec} says
     * @param rows rows of all its record batches
     * @param ipcBytes size before compression
     */
    record Batch(long sequence, PooledBytes bytes, long rows, Compression codec, int ipcBytes) implements Frame {
        @Override
        public void release() {
            bytes.release();
        }
    }

    /**
     * Everything the source emitted before it is in the frames before it.
     *
     * @param last whether only the end follows
     */
    record Barrier(long sequence, long id, String payload, boolean last) implements Frame {}

    /** The clean end: the upstream succeeded, and this is all it sent. */
    record End(long sequence, EdgeCounts counts) implements Frame {}

    /** The other end: the upstream failed, and what was sent is not all there is (I1). */
    record Abort(long sequence, Failure failure) implements Frame {}
}
