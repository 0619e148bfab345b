package io.rapidbyte.connector.net;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends a call that waits for a silent peer too long, by closing its channel from a thread that all instances share: a
 * blocking channel knows no timeouts of its own. The guest thread waits on one channel at a time.
 */
final class IdleWatch implements AutoCloseable {
    /** What is ended may have waited so much longer than it was to. */
    private static final long LOOK_MILLIS = 100;

    private static final ScheduledThreadPoolExecutor LOOKOUT = lookout();

    private final Optional<Duration> timeout;
    private final Optional<Future<?>> looking;

    // Written by the guest thread.
    private volatile Optional<Wait> waiting = Optional.empty();

    /** Written by the lookout: the channel that it closed. */
    private volatile Optional<SocketChannel> ended = Optional.empty();

    private record Wait(SocketChannel channel, long sinceNanos) {}

    /** What may wait. */
    interface Call<T, X extends Exception> {
        T run() throws X;
    }

    IdleWatch(Optional<Duration> timeout) {
        this.timeout = timeout;
        this.looking = timeout.map(
                t -> LOOKOUT.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS));
    }

    private static ScheduledThreadPoolExecutor lookout() {
        ScheduledThreadPoolExecutor lookout = new ScheduledThreadPoolExecutor(
                1,
                task -> Thread.ofPlatform()
                        .daemon()
                        .name("rapidbyte-idle-watch")
                        .unstarted(task));
        lookout.setRemoveOnCancelPolicy(true);
        return lookout;
    }

    /** Runs a call that may wait for the peer. */
    <T, X extends Exception> T during(SocketChannel channel, Call<T, X> call) throws X {
        if (timeout.isEmpty()) {
            return call.run();
        }
        waiting = Optional.of(new Wait(channel, System.nanoTime()));
        try {
            return call.run();
        } finally {
            waiting = Optional.empty();
        }
    }

    /** Whether the channel was closed because its peer was silent for too long. */
    boolean endedIdle(SocketChannel channel) {
        return ended.filter(channel::equals).isPresent();
    }

    Optional<Duration> timeout() {
        return timeout;
    }

    private void look() {
        waiting.filter(wait -> System.nanoTime() - wait.sinceNanos()
                        > timeout.orElseThrow().toNanos())
                .ifPresent(wait -> {
                    ended = Optional.of(wait.channel());
                    GuestSockets.closeQuietly(wait.channel());
                });
    }

    @Override
    public void close() {
        looking.ifPresent(task -> task.cancel(false));
    }
}
