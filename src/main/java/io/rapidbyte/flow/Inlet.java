package io.rapidbyte.flow;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.Failure;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The downstream end of an edge. The event loop checks and queues what comes; the guest thread takes
 * it and blocks here while there is nothing. Credit goes back when a frame's memory is free again.
 */
final class Inlet {
    private final EdgeAddress edge;
    private final EdgeBus bus;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by lock
    private final InletQueue queue;
    private final WaitClock waits = new WaitClock();
    private Optional<ConnectorError> stopped = Optional.empty();
    private boolean ended;
    private boolean firstTaken;
    private final List<String> acceptedForms = new ArrayList<>();

    // event loop
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();

    Inlet(EdgeBus bus, EdgeAddress edge, EdgeWindow window) {
        this.edge = edge;
        this.bus = bus;
        this.queue = new InletQueue(edge, window);
    }

    /**
     * Listens for frames. On the stage's event loop, before the upstream is deployed (I3).
     *
     * @param onAborted told at once when the upstream failed
     * @param onBroken told when frames are lost or wrong; nothing more is taken then
     */
    void register(Consumer<Failure> onAborted, Consumer<ConnectorError> onBroken) {
        consumers.add(bus.onFrame(frame -> arrived(frame, onAborted, onBroken)));
        consumers.add(bus.onPoll(sent -> polled(sent, onBroken)));
    }

    private void polled(long sent, Consumer<ConnectorError> onBroken) {
        lock.lock();
        try {
            if (stopped.isEmpty()) {
                queue.requireArrived(sent);
                bus.grant(queue.grantedThrough());
                acceptedForms.forEach(bus::acceptForm);
                if (firstTaken) {
                    bus.firstTaken();
                }
            }
        } catch (ConnectorException e) {
            stopLocked(e.error());
            onBroken.accept(e.error());
        } finally {
            lock.unlock();
        }
    }

    private void arrived(Frame frame, Consumer<Failure> onAborted, Consumer<ConnectorError> onBroken) {
        if (frame instanceof Frame.Abort(long sequence, Failure failure)) {
            // Before the guest can see it: what the guest then fails with is the echo and not the cause.
            onAborted.accept(failure);
        }
        lock.lock();
        try {
            if (stopped.isPresent()) {
                frame.release();
                return;
            }
            queue.offer(frame);
            changed.signalAll();
        } catch (ConnectorException e) {
            frame.release();
            stopLocked(e.error());
            onBroken.accept(e.error());
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next frame; blocks until there is one. On the guest thread, which owns it from here on and
     * hands batches and barriers to {@link #consumed}. After the end it gives the end again.
     *
     * @throws ConnectorException if the upstream failed (I1), the edge is broken, or the stage is stopped
     */
    Frame take() throws ConnectorException {
        lock.lock();
        try {
            if (!firstTaken && queue.taken().batches() > 0) {
                firstTaken = true;
                bus.firstTaken();
            }
            while (true) {
                if (stopped.isPresent()) {
                    throw new ConnectorException(stopped.get());
                }
                Optional<Frame> frame = queue.poll();
                if (frame.isPresent()) {
                    return judged(frame.get());
                }
                waits.begin();
                try {
                    changed.await();
                } finally {
                    waits.end();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(FlowErrors.cancelled(), e);
        } finally {
            lock.unlock();
        }
    }

    private Frame judged(Frame frame) throws ConnectorException {
        switch (frame) {
            case Frame.Batch batch -> {}
            case Frame.Barrier barrier -> {}
            case Frame.End end -> ended = true;
            case Frame.Abort(long sequence, Failure failure) ->
                throw new ConnectorException(FlowErrors.upstreamFailed(failure));
        }
        return frame;
    }

    /** The frame's memory is free again; its credit goes back. */
    void consumed(Frame frame) {
        frame.release();
        long through;
        lock.lock();
        try {
            queue.consumed(frame);
            through = queue.grantedThrough();
        } finally {
            lock.unlock();
        }
        bus.grant(through);
    }

    /** Tells the upstream that rows are taken in this form as well. Any thread. */
    void acceptForm(String form) {
        lock.lock();
        try {
            acceptedForms.add(form);
        } finally {
            lock.unlock();
        }
        bus.acceptForm(form);
    }

    /** Tells the upstream that nothing more is taken. Any thread. */
    void refuse(Failure failure) {
        bus.refuse(failure);
    }

    /** Wakes a guest that waits for a frame and drops what is queued. Any thread. */
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
            queue.clear();
        }
        changed.signalAll();
    }

    /** Whether the guest has seen the clean end. */
    boolean ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Time that the guest has waited for frames so far, a wait under way included. Any thread. */
    Duration waitTime() {
        lock.lock();
        try {
            return Duration.ofNanos(waits.nanos());
        } finally {
            lock.unlock();
        }
    }

    /** What the guest took. Any thread. */
    EdgeCounts taken() {
        lock.lock();
        try {
            return queue.taken();
        } finally {
            lock.unlock();
        }
    }

    /** On the event loop, after the guest threads at both ends have ended. */
    void close() {
        stop(FlowErrors.cancelled());
        consumers.forEach(MessageConsumer::unregister);
    }

    @Override
    public String toString() {
        return edge.toString();
    }
}
