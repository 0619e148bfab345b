package io.rapidbyte.flow;

import io.rapidbyte.arrow.FrameCompression;
import io.rapidbyte.arrow.FrameSummary;
import io.rapidbyte.arrow.IpcFrames;
import io.rapidbyte.arrow.MalformedFrameException;
import io.rapidbyte.model.Compression;
import io.rapidbyte.model.ConnectorException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Turns a guest's bytes into a frame's: checks them, compresses them if asked, copies them off the
 * guest. Belongs to the guest thread, but for {@link #time} and {@link #close}.
 */
final class BatchPacker {
    private final Compression codec;
    private final FramePool pool;
    private final String owner;
    private final String connector;
    private final LongAdder nanos = new LongAdder();
    private Optional<PooledBytes> scratch = Optional.empty();

    /**
     * A batch found sound, not yet copied.
     *
     * @param stored what goes into the frame; valid until the next batch is looked at
     */
    record Packed(ByteBuffer stored, Compression codec, int ipcBytes, long rows) {
        int length() {
            return stored.remaining();
        }
    }

    BatchPacker(Compression codec, FramePool pool, String owner, String connector) {
        this.codec = codec;
        this.pool = pool;
        this.owner = owner;
        this.connector = connector;
    }

    /**
     * Counts the rows and compresses if asked to and if that makes the batch smaller.
     *
     * @throws ConnectorException if it is no Arrow IPC stream
     */
    Packed look(ByteBuffer ipc) throws ConnectorException {
        int ipcBytes = ipc.remaining();
        if (ipcBytes == 0) {
            throw new ConnectorException(FlowErrors.emptyBatch(connector));
        }
        long rows = count(ipc).rows();
        if (codec != Compression.NONE) {
            ByteBuffer compressed = compress(ipc);
            if (compressed.remaining() < ipcBytes) {
                return new Packed(compressed, codec, ipcBytes, rows);
            }
        }
        return new Packed(ipc.duplicate(), Compression.NONE, ipcBytes, rows);
    }

    private FrameSummary count(ByteBuffer ipc) throws ConnectorException {
        try {
            return IpcFrames.summarize(ipc);
        } catch (MalformedFrameException e) {
            throw new ConnectorException(FlowErrors.malformedBatch(connector, String.valueOf(e.getMessage())), e);
        }
    }

    private ByteBuffer compress(ByteBuffer ipc) throws ConnectorException {
        ByteBuffer target = scratch(ipc.remaining());
        long start = System.nanoTime();
        FrameCompression.compress(codec, ipc, target);
        nanos.add(System.nanoTime() - start);
        return target.flip();
    }

    private ByteBuffer scratch(int ipcBytes) throws ConnectorException {
        int needed;
        try {
            needed = FrameCompression.maxCompressedSize(codec, ipcBytes);
        } catch (IllegalArgumentException e) {
            throw new ConnectorException(FlowErrors.malformedBatch(connector, String.valueOf(e.getMessage())), e);
        }
        if (scratch.isEmpty() || scratch.get().length() < needed) {
            close();
            scratch = Optional.of(lease(FramePool.capacityFor(needed), owner + " compression"));
        }
        return scratch.get().view();
    }

    /** Copies the batch into memory of its own, which the caller then owns. */
    PooledBytes pack(Packed packed) throws ConnectorException {
        PooledBytes bytes = lease(packed.length(), owner);
        bytes.view().put(packed.stored());
        return bytes;
    }

    private PooledBytes lease(int length, String leaseOwner) throws ConnectorException {
        try {
            return pool.lease(length, leaseOwner);
        } catch (OutOfMemoryError e) {
            throw new ConnectorException(FlowErrors.outOfMemory(connector, length), e);
        }
    }

    /** Time spent compressing. */
    Duration time() {
        return Duration.ofNanos(nanos.sum());
    }

    /** After the guest thread has ended, or on it. */
    void close() {
        scratch.ifPresent(PooledBytes::release);
        scratch = Optional.empty();
    }
}
