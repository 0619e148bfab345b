package io.rapidbyte.flow;

import io.rapidbyte.arrow.CorruptFrameException;
import io.rapidbyte.arrow.FrameCompression;
import io.rapidbyte.connector.BatchBody;
import io.rapidbyte.model.ConnectorException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/** A batch on its way from the inlet into guest memory. */
final class FrameBody implements BatchBody {
    private final Inlet inlet;
    private final Frame.Batch batch;
    private final LongAdder decompressNanos;
    private boolean released;

    FrameBody(Inlet inlet, Frame.Batch batch, LongAdder decompressNanos) {
        this.inlet = inlet;
        this.batch = batch;
        this.decompressNanos = decompressNanos;
    }

    @Override
    public int size() {
        return batch.ipcBytes();
    }

    @Override
    public void writeTo(ByteBuffer target) throws ConnectorException {
        ByteBuffer exact = target.slice(target.position(), batch.ipcBytes());
        try {
            switch (batch.codec()) {
                case NONE -> exact.put(batch.bytes().view());
                case LZ4, ZSTD -> decompress(exact);
            }
        } catch (CorruptFrameException e) {
            throw new ConnectorException(FlowErrors.corruptFrame(inlet.toString(), String.valueOf(e.getMessage())), e);
        }
        target.position(target.position() + batch.ipcBytes());
    }

    private void decompress(ByteBuffer target) throws CorruptFrameException {
        long start = System.nanoTime();
        FrameCompression.decompress(batch.codec(), batch.bytes().view(), target);
        decompressNanos.add(System.nanoTime() - start);
    }

    @Override
    public void release() {
        if (!released) {
            released = true;
            inlet.consumed(batch);
        }
    }
}
