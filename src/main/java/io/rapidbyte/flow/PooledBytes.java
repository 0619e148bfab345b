package io.rapidbyte.flow;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Off-heap bytes on lease from a {@link FramePool}. Written by the one who leased them, then only
 * read; whoever owns them releases them exactly once, on any thread.
 */
final class PooledBytes {
    private final FramePool pool;
    private final String owner;
    private final Slab slab;
    private final int length;
    private final AtomicBoolean released = new AtomicBoolean();

    /** The memory itself; outlives its leases where the pool keeps it. */
    record Slab(Arena arena, ByteBuffer memory) {
        void free() {
            arena.close();
        }
    }

    PooledBytes(FramePool pool, String owner, Slab slab, int length) {
        this.pool = pool;
        this.owner = owner;
        this.slab = slab;
        this.length = length;
    }

    /** The bytes, positioned at their start; each call gives its own view. */
    ByteBuffer view() {
        if (released.get()) {
            throw new IllegalStateException("bytes of " + owner + " are used after their release");
        }
        return slab.memory().slice(0, length);
    }

    int length() {
        return length;
    }

    /** What they really occupy. */
    int capacity() {
        return slab.memory().capacity();
    }

    String owner() {
        return owner;
    }

    Slab slab() {
        return slab;
    }

    void release() {
        if (!released.compareAndSet(false, true)) {
            throw new IllegalStateException("bytes of " + owner + " are released twice");
        }
        pool.takeBack(this);
    }
}
