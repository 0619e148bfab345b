package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A memory without a guest; what is allocated stays. */
final class ArrayMemory implements LinearMemory {
    private ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    private int next = 8;

    @Override
    public ByteBuffer bytes() {
        return bytes;
    }

    @Override
    public int realloc(int pointer, int oldBytes, int align, int newBytes) {
        if (oldBytes >= newBytes && oldBytes > 0) {
            return pointer;
        }
        int start = Codec.alignTo(next, align);
        next = start + newBytes;
        if (next > bytes.capacity()) {
            // Moves, as a guest's memory does, so that nobody gets away with keeping the old one.
            ByteBuffer old = bytes;
            bytes = ByteBuffer.allocate(2 * next).order(ByteOrder.LITTLE_ENDIAN);
            bytes.put(0, old, 0, old.capacity());
            for (int i = 0; i < old.capacity(); i++) {
                old.put(i, (byte) 0xEE);
            }
        }
        return start;
    }
}
