package io.rapidbyte.flow;

import io.rapidbyte.model.ConnectorException;

/**
 * An outlet's books: what it has sent, what of it is still under way, what it may send next. Bounded
 * by the grants in frames and by the window in bytes. Not thread-safe.
 */
final class CreditLedger {
    private final EdgeAddress edge;
    private final EdgeWindow window;
    /** Bytes of the frames under way, by sequence modulo the window. */
    private final long[] bytesBySlot;

    private long sent;
    private long granted;
    private long consumed;
    private long inflightBytes;

    CreditLedger(EdgeAddress edge, EdgeWindow window) {
        this.edge = edge;
        this.window = window;
        this.bytesBySlot = new long[window.frames()];
    }

    /** Whether a frame of that size may be sent now. */
    boolean admits(long bytes) {
        boolean alone = sent == consumed;
        return sent < granted && (alone || inflightBytes + bytes <= window.bytes());
    }

    /** Books a frame that {@link #admits} let pass, and gives its sequence number. */
    long take(long bytes) {
        if (!admits(bytes)) {
            throw new IllegalStateException(edge + ": no credit for " + bytes + " bytes");
        }
        sent++;
        bytesBySlot[slot(sent)] = bytes;
        inflightBytes += bytes;
        return sent;
    }

    /** The terminal frame needs no credit: the inlet always has room for one. */
    long takeTerminal() {
        return ++sent;
    }

    /**
     * Books a cumulative grant; one that says nothing new is ignored.
     *
     * @return whether it says something new
     */
    boolean grantThrough(long through) throws ConnectorException {
        if (through <= granted) {
            return false;
        }
        long newlyConsumed = through - window.frames();
        if (newlyConsumed > sent) {
            throw new ConnectorException(FlowErrors.grantBeyondSent(edge, through));
        }
        granted = through;
        while (consumed < newlyConsumed) {
            consumed++;
            inflightBytes -= bytesBySlot[slot(consumed)];
        }
        return true;
    }

    /** Sequence number of the last frame. */
    long sent() {
        return sent;
    }

    long inflightBytes() {
        return inflightBytes;
    }

    private int slot(long sequence) {
        return (int) (sequence % bytesBySlot.length);
    }
}
