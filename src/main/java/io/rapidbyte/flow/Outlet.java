package io.rapidbyte.flow;

import io.rapidbyte.model.Compression;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.Failure;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * The upstream end of an edge. The guest thread emits and blocks here while no credit is free; the
 * event loop books the credits that come. Ends in exactly one of {@link #end} and {@link #abort} (I1).
 */
final class Outlet {
    /**
     * One second: a grant that the bus lost (I3) costs that much and no more, and a stage that waits
     * for a slow peer sends next to nothing.
     */
    private static final long POLL_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Barriers occupy no pooled memory. */
    private static final long NO_BYTES = 0;

    private final EdgeAddress edge;
    private final EdgeBus bus;
    private final BatchPacker packer;
    private final String connector;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by lock
    private final CreditLedger ledger;
    private Optional<ConnectorError> stopped = Optional.empty();
    private final Set<String> acceptedForms = new HashSet<>();
    private boolean firstTaken;
    private final WaitClock waits = new WaitClock();
    private EdgeCounts sent = EdgeCounts.NONE;
    private boolean terminated;

    // event loop
    private Optional<MessageConsumer<Credit>> credits = Optional.empty();

    /** @param connector named in errors about what is emitted */
    Outlet(EdgeBus bus, EdgeAddress edge, EdgeWindow window, Compression codec, FramePool pool, String connector) {
        this.edge = edge;
        this.bus = bus;
        this.packer = new BatchPacker(codec, pool, edge + " (" + connector + ")", connector);
        this.connector = connector;
        this.ledger = new CreditLedger(edge, window);
    }

    /**
     * Listens for credits, then asks for the first. On the stage's event loop.
     *
     * @param onRefused told when the downstream takes nothing more
     * @param onBroken told when the credits make no sense
     */
    void register(Consumer<Failure> onRefused, Consumer<ConnectorError> onBroken) {
        // The address must exist before the first grant is sent to it (I3).
        credits = Optional.of(bus.onCredit(credit -> {
            switch (credit) {
                case Credit.Granted(long through) -> granted(through, onBroken);
                case Credit.FormAccepted(String form) -> note(() -> acceptedForms.add(form));
                case Credit.FirstTaken() -> note(() -> firstTaken = true);
                case Credit.Refused(Failure failure) -> {
                    // Before the guest can see it: what the guest then fails with is the echo and not the cause.
                    onRefused.accept(failure);
                    stop(FlowErrors.downstreamFailed(failure));
                }
            }
        }));
        bus.poll(0);
    }

    private void granted(long through, Consumer<ConnectorError> onBroken) {
        lock.lock();
        try {
            if (ledger.grantThrough(through)) {
                changed.signalAll();
            }
        } catch (ConnectorException e) {
            stopLocked(e.error());
            onBroken.accept(e.error());
        } finally {
            lock.unlock();
        }
    }

    private void note(Runnable news) {
        lock.lock();
        try {
            news.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether the downstream takes rows in this form as well. Behind the first batch it blocks until that can be told. On the
     * guest thread.
     */
    boolean formAccepted(String form) throws ConnectorException {
        lock.lock();
        try {
            if (sent.batches() > 0) {
                awaitUntil(() -> firstTaken || acceptedForms.contains(form) || isOver());
            }
            return acceptedForms.contains(form);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Copies one Arrow IPC stream and sends it; blocks while no credit is free. On the guest thread.
     *
     * @param ipc read from its position to its limit; may be guest memory
     * @throws ConnectorException if it is no Arrow IPC stream, or nothing more may be sent
     */
    void emit(ByteBuffer ipc) throws ConnectorException {
        BatchPacker.Packed packed = packer.look(ipc);
        long bytes = FramePool.capacityFor(packed.length());
        awaitCredit(bytes);
        // Only now is memory taken, so that what is on lease stays within the windows.
        PooledBytes body = packer.pack(packed);
        lock.lock();
        try {
            if (isOver()) {
                body.release();
                throw stoppedError();
            }
            Frame.Batch frame =
                    new Frame.Batch(ledger.take(bytes), body, packed.rows(), packed.codec(), packed.ipcBytes());
            sent = sent.plus(frame);
            bus.send(frame);
        } finally {
            lock.unlock();
        }
    }

    /** Sends a barrier; blocks like {@link #emit}. On the guest thread. */
    void barrier(long id, String payload, boolean last) throws ConnectorException {
        awaitCredit(NO_BYTES);
        lock.lock();
        try {
            if (isOver()) {
                throw stoppedError();
            }
            bus.send(new Frame.Barrier(ledger.take(NO_BYTES), id, payload, last));
        } finally {
            lock.unlock();
        }
    }

    /** Only this thread takes credits, so what was free when this returns is free until it is taken. */
    private void awaitCredit(long bytes) throws ConnectorException {
        lock.lock();
        try {
            awaitUntil(() -> ledger.admits(bytes) || isOver());
            if (!ledger.admits(bytes)) {
                throw stoppedError();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        return stopped.isPresent() || terminated;
    }

    /** Asks the downstream from time to time, so that news that the bus lost come again (I3). */
    private void awaitUntil(BooleanSupplier news) throws ConnectorException {
        if (news.getAsBoolean()) {
            return;
        }
        waits.begin();
        try {
            while (!news.getAsBoolean()) {
                if (changed.awaitNanos(POLL_INTERVAL_NANOS) <= 0) {
                    bus.poll(ledger.sent());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(FlowErrors.cancelled(), e);
        } finally {
            waits.end();
        }
    }

    private ConnectorException stoppedError() {
        return new ConnectorException(stopped.orElseGet(() -> FlowErrors.afterEmitting(connector)));
    }

    /** Wakes a guest that waits for credit: nothing more may be sent, for this reason. Any thread. */
    void stop(ConnectorError reason) {
        lock.lock();
        try {
            stopLocked(reason);
        } finally {
            lock.unlock();
        }
    }

    private void stopLocked(ConnectorError reason) {
        if (stopped.isEmpty()) {
            stopped = Optional.of(reason);
        }
        changed.signalAll();
    }

    /** The clean end. Any thread; does nothing if the edge has ended already. */
    void end() {
        terminate(sequence -> new Frame.End(sequence, sent));
    }

    /** The other end. Any thread; does nothing if the edge has ended already. */
    void abort(Failure failure) {
        terminate(sequence -> new Frame.Abort(sequence, failure));
    }

    private void terminate(LongFunction<Frame> last) {
        lock.lock();
        try {
            if (!terminated) {
                terminated = true;
                bus.send(last.apply(ledger.takeTerminal()));
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    EdgeCounts sent() {
        lock.lock();
        try {
            return sent;
        } finally {
            lock.unlock();
        }
    }

    /** Time that the guest has waited for credit so far, a wait under way included. Any thread. */
    Duration waitTime() {
        lock.lock();
        try {
            return Duration.ofNanos(waits.nanos());
        } finally {
            lock.unlock();
        }
    }

    /** Time spent compressing so far. Any thread. */
    Duration compressTime() {
        return packer.time();
    }

    /** Gives back what it holds. On the event loop, after the guest thread has ended. */
    void close() {
        credits.ifPresent(MessageConsumer::unregister);
        packer.close();
    }

    @Override
    public String toString() {
        return edge.toString();
    }
}
