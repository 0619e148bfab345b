package io.rapidbyte.flow;

/** Adds up the time that one thread waits; a wait under way counts. Guarded by its owner's lock. */
final class WaitClock {
    private long nanos;
    private long since;
    private boolean waiting;

    void begin() {
        waiting = true;
        since = System.nanoTime();
    }

    void end() {
        nanos = nanos();
        waiting = false;
    }

    long nanos() {
        return waiting ? nanos + System.nanoTime() - since : nanos;
    }
}
