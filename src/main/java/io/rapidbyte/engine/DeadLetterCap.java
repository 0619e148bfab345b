package io.rapidbyte.engine;

import java.util.concurrent.atomic.AtomicLong;

/** How many dead letters a run may still make, over all its streams (I20). Any thread. */
final class DeadLetterCap {
    private final long most;
    private final AtomicLong made = new AtomicLong();

    DeadLetterCap(long most) {
        this.most = most;
    }

    long most() {
        return most;
    }

    /** Counts one; tells how many there are now. */
    long add() {
        return made.incrementAndGet();
    }

    /** Those of an attempt that failed before they counted: the next attempt makes them again. */
    void giveBack(long count) {
        made.addAndGet(-count);
    }
}
