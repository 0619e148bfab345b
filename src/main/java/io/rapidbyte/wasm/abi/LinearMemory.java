package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;

/** A guest's memory and its allocator, as lifting and lowering see them. */
public interface LinearMemory {
    /**
     * The whole memory at its current size, little-endian. Not to be kept: any call into the guest,
     * {@link #realloc} among them, may move it.
     */
    ByteBuffer bytes();

    /**
     * Calls the guest's {@code cabi_realloc}. The answer is the guest's word and not yet checked.
     *
     * @param pointer the block to resize, or 0 with {@code oldBytes} 0 for a new one
     */
    int realloc(int pointer, int oldBytes, int align, int newBytes);
}
