package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;

/**
 * A {@code list<u8>} that a host function hands over without having it yet: room for the largest
 * possible value is allocated in the guest, {@link #fill} writes straight into it, and what was not
 * needed is given back.
 */
public interface ByteProducer {
    /** The largest number of bytes that {@link #fill} may write. */
    int maxBytes();

    /**
     * Writes at the position of {@code target}, which is guest memory with exactly {@link #maxBytes}
     * remaining, and leaves the position behind the last byte written. The buffer is valid during the
     * call only. Called once, on the guest thread; may block.
     *
     * @throws ReturnedError to make the import return the error case of its {@code result} instead
     * @throws Exception of the kinds that the host function itself may throw; ends the guest's call
     */
    void fill(ByteBuffer target) throws Exception;
}
