package io.rapidbyte.flow;

import io.rapidbyte.model.ConnectorException;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * An inlet's books: what arrived and waits to be taken, in order and complete. Holds no more than
 * the window and one terminal frame. Not thread-safe.
 */
final class InletQueue {
    private final EdgeAddress edge;
    private final EdgeWindow window;
    private final ArrayDeque<Frame> waiting = new ArrayDeque<>();

    private long arrived;
    private long consumed;
    private EdgeCounts received = EdgeCounts.NONE;
    private EdgeCounts taken = EdgeCounts.NONE;
    private boolean terminated;

    InletQueue(EdgeAddress edge, EdgeWindow window) {
        this.edge = edge;
        this.window = window;
    }

    /**
     * Takes in a frame, and with it its ownership.
     *
     * @throws ConnectorException if it is not the one that has to come next (I3); it stays the caller's
     */
    void offer(Frame frame) throws ConnectorException {
        check(frame);
        arrived = frame.sequence();
        switch (frame) {
            case Frame.Batch batch -> received = received.plus(batch);
            case Frame.Barrier barrier -> {}
            case Frame.End end -> terminated = true;
            case Frame.Abort abort -> {
                // What was sent before is not all there is: nobody may act on it any more (I1).
                clear();
                terminated = true;
            }
        }
        waiting.addLast(frame);
    }

    private void check(Frame frame) throws ConnectorException {
        if (terminated) {
            throw new ConnectorException(FlowErrors.afterTheEnd(edge, frame.sequence()));
        }
        if (frame.sequence() != arrived + 1) {
            throw new ConnectorException(FlowErrors.sequenceGap(edge, arrived + 1, frame.sequence()));
        }
        boolean terminal = frame instanceof Frame.End || frame instanceof Frame.Abort;
        if (!terminal && frame.sequence() > grantedThrough()) {
            throw new ConnectorException(FlowErrors.windowOverrun(edge, window.frames()));
        }
        if (frame instanceof Frame.End(long sequence, EdgeCounts counts) && !counts.equals(received)) {
            throw new ConnectorException(FlowErrors.countsDiffer(edge, counts, received));
        }
    }

    /** The oldest frame; a terminal one stays, so that asking again gives it again. */
    Optional<Frame> poll() {
        Frame head = waiting.peekFirst();
        if (head == null) {
            return Optional.empty();
        }
        if (!(head instanceof Frame.End) && !(head instanceof Frame.Abort)) {
            waiting.removeFirst();
        }
        return Optional.of(head);
    }

    /** The frame, and all before it, occupy nothing any more. */
    void consumed(Frame frame) {
        if (frame.sequence() != consumed + 1 || frame.sequence() > arrived) {
            throw new IllegalStateException(
                    edge + ": frame " + frame.sequence() + " consumed, after " + consumed + " of " + arrived);
        }
        consumed = frame.sequence();
        if (frame instanceof Frame.Batch batch) {
            taken = taken.plus(batch);
        }
    }

    /** The upstream says that it has sent this far, and messages of one sender keep their order (I3). */
    void requireArrived(long sent) throws ConnectorException {
        if (sent > arrived) {
            throw new ConnectorException(FlowErrors.sequenceGap(edge, arrived + 1, sent));
        }
    }

    long grantedThrough() {
        return consumed + window.frames();
    }

    /** What was consumed. */
    EdgeCounts taken() {
        return taken;
    }

    /** Releases all that waits. */
    void clear() {
        waiting.forEach(Frame::release);
        waiting.clear();
    }
}
