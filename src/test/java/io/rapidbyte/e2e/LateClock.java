package io.rapidbyte.e2e;

import java.util.TreeSet;

/**
 * Gives transactions their time, one second after the other. None gets its own while another that is open began {@code lag}
 * seconds before, so that a lag of that length finds them all, however slow the machine is.
 */
final class LateClock {
    private final int lag;
    private final TreeSet<Long> open = new TreeSet<>();
    private long now;

    LateClock(int lag) {
        this.lag = lag;
    }

    /** The time of a transaction that begins, to be given back when it has been committed. */
    synchronized long begin() throws InterruptedException {
        while (!open.isEmpty() && now + 1 - open.first() >= lag) {
            wait();
        }
        open.add(++now);
        return now;
    }

    synchronized void committed(long time) {
        open.remove(time);
        notifyAll();
    }
}
