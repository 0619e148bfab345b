package io.rapidbyte.connector;

/** Thins a flood of lines: so many at once, so many a second after that. Counts what it turns away. One thread. */
final class LineGate {
    /** A connector's start and its complaints about a bad table fit. */
    static final int BURST_LINES = 200;

    /** More than a person can follow. */
    static final int LINES_PER_SECOND = 50;

    private static final double NANOS_PER_LINE = 1e9 / LINES_PER_SECOND;

    private double credit = BURST_LINES;
    private long lastNanos;
    private long dropped;

    LineGate(long nowNanos) {
        this.lastNanos = nowNanos;
    }

    boolean admit(long nowNanos) {
        credit = Math.min(BURST_LINES, credit + (nowNanos - lastNanos) / NANOS_PER_LINE);
        lastNanos = nowNanos;
        if (credit < 1) {
            dropped++;
            return false;
        }
        credit--;
        return true;
    }

    /** How many lines were turned away since the last time this was asked. */
    long takeDropped() {
        long taken = dropped;
        dropped = 0;
        return taken;
    }
}
