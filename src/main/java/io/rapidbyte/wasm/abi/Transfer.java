package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What carries values between the host and one guest: its memory, and what is left of the call's
 * allowance. One per instance, used by its thread only.
 */
public final class Transfer {
    private final LinearMemory memory;
    private final AbiLimits limits;
    private long allowanceBytes;
    private boolean copyBytes;

    public Transfer(LinearMemory memory, AbiLimits limits) {
        this.memory = memory;
        this.limits = limits;
    }

    /** Starts a new call: a full allowance, and whether a lifted {@code list<u8>} must outlive it. */
    void begin(boolean copyBytes) {
        this.allowanceBytes = limits.totalBytes();
        this.copyBytes = copyBytes;
    }

    ByteBuffer bytes() {
        return memory.bytes();
    }

    AbiLimits limits() {
        return limits;
    }

    void spend(long bytes) {
        allowanceBytes -= bytes;
        if (allowanceBytes < 0) {
            throw new AbiException("the call hands over more than " + limits.totalBytes() + " bytes in all");
        }
    }

    /** The offset of a region that a guest names, once it is known to lie in its memory (I30). */
    int region(int pointer, long lengthBytes, int align) {
        long start = Integer.toUnsignedLong(pointer);
        if (start % align != 0) {
            throw new AbiException("pointer %d is not a multiple of %d".formatted(start, align));
        }
        long size = memory.bytes().capacity();
        if (lengthBytes > size - start) {
            throw new AbiException("%d bytes at %d leave the memory of %d bytes".formatted(lengthBytes, start, size));
        }
        return (int) start;
    }

    /** A {@code list<u8>} of the guest: seen in place, or copied where it must outlive the call. */
    ByteBuffer view(int pointer, int length) {
        long bytes = Integer.toUnsignedLong(length);
        int start = region(pointer, bytes, 1);
        ByteBuffer seen = memory.bytes().slice(start, (int) bytes);
        if (copyBytes) {
            spend(bytes);
            seen = ByteBuffer.allocate((int) bytes).put(seen).flip();
        }
        return seen.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A new block of the guest's memory; the guest's answer is checked like everything it says (I30). */
    int allocate(int align, long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new HostValueException(bytes + " bytes do not fit into any guest");
        }
        return checked(memory.realloc(0, 0, align, (int) bytes), align, bytes);
    }

    /** Gives back what a block of bytes has too much. */
    int shrink(int pointer, int oldBytes, int newBytes) {
        return checked(memory.realloc(pointer, oldBytes, 1, newBytes), 1, newBytes);
    }

    private int checked(int pointer, int align, long bytes) {
        if (pointer == 0 && bytes > 0) {
            throw new AbiException("cabi_realloc gave no memory for " + bytes + " bytes");
        }
        try {
            return region(pointer, bytes, align);
        } catch (AbiException e) {
            throw e.within("cabi_realloc");
        }
    }
}
