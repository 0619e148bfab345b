package io.rapidbyte.flow;

import io.rapidbyte.connector.BatchBody;
import io.rapidbyte.connector.Inbound;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Carries batches from one guest to another outside of a run, as a repair does: a few at a time, so that
 * the giver waits for the taker. Safe on any thread; {@link #put} and {@link #take} block.
 */
public final class RowRelay {
    /** One in the making and one being taken keep both guests at work. */
    private static final int MAX_WAITING = 2;

    // all guarded by this
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private boolean ended;
    private Optional<ConnectorError> broken = Optional.empty();

    /** Nothing more will come. */
    public synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Tells both guests that the other has failed; what waits is lost (I1). */
    public synchronized void fail(ConnectorError error) {
        broken = broken.or(() -> Optional.of(error));
        waiting.clear();
        notifyAll();
    }

    synchronized void put(ByteBuffer ipc) throws ConnectorException {
        await(() -> waiting.size() < MAX_WAITING);
        byte[] bytes = new byte[ipc.remaining()];
        ipc.get(bytes);
        waiting.add(bytes);
        notifyAll();
    }

    synchronized Inbound take() throws ConnectorException {
        await(() -> !waiting.isEmpty() || ended);
        Inbound next = waiting.isEmpty() ? new Inbound.End() : new Inbound.Batch(new Body(waiting.remove()));
        notifyAll();
        return next;
    }

    private synchronized void await(BooleanSupplier condition) throws ConnectorException {
        try {
            while (broken.isEmpty() && !condition.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(FlowErrors.cancelled(), e);
        }
        if (broken.isPresent()) {
            throw new ConnectorException(broken.get());
        }
    }

    private static final class Body implements BatchBody {
        private final byte[] bytes;

        Body(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int size() {
            return bytes.length;
        }

        @Override
        public void writeTo(ByteBuffer target) {
            target.put(bytes);
        }

        @Override
        public void release() {}
    }
}
