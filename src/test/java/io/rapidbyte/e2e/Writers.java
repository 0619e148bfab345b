package io.rapidbyte.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Threads that write to a table over and over, until they are stopped. */
final class Writers {
    interface Work {
        void once() throws InterruptedException;
    }

    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean done;

    void start(Work work) {
        threads.add(Thread.ofPlatform().name("writer").start(() -> {
            try {
                while (!done) {
                    work.once();
                }
            } catch (Throwable e) {
                failures.add(e);
            }
        }));
    }

    /** Waits until each has done what it is at. */
    void stop() throws InterruptedException {
        done = true;
        for (Thread thread : threads) {
            thread.join();
        }
        Throwable failure = failures.peek();
        if (failure != null) {
            throw new AssertionError("a writer failed", failure);
        }
    }
}
