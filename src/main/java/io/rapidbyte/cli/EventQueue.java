package io.rapidbyte.cli;

import io.rapidbyte.model.RunEvent;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Takes events from an event loop and hands them on from a thread of its own, since a full pipe blocks whoever writes. */
final class EventQueue implements Consumer<RunEvent>, AutoCloseable {
    /** Minutes of events of a busy run; beyond it the engine waits for whoever reads our output. */
    private static final int CAPACITY = 10_000;

    private final BlockingQueue<Optional<RunEvent>> queue = new LinkedBlockingQueue<>(CAPACITY);
    private final Consumer<RunEvent> listener;
    private final Thread thread;

    EventQueue(Consumer<RunEvent> listener) {
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("run-events").daemon().start(this::drain);
    }

    @Override
    public void accept(RunEvent event) {
        put(Optional.of(event));
    }

    private void put(Optional<RunEvent> event) {
        try {
            queue.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void drain() {
        try {
            for (Optional<RunEvent> event = queue.take(); event.isPresent(); event = queue.take()) {
                listener.accept(event.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when the last event has been handed on. */
    @Override
    public void close() {
        put(Optional.empty());
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
