package io.rapidbyte.wasm;

import io.rapidbyte.wasm.GuestOvertime.Overtime;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Looks after one instance's time from a thread that all watchdogs share. The guest thread tells when a call
 * begins and ends; what goes beyond a limit is reported once, and the one who is told stops the guest.
 */
final class Watchdog implements AutoCloseable {
    /** A tenth of the smallest limit there is. */
    private static final long LOOK_MILLIS = 100;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final ScheduledThreadPoolExecutor LOOKOUT = lookout();

    private final TimeLimits limits;
    private final long threadId = Thread.currentThread().threadId();
    private final LongSupplier passages;
    private final Consumer<Overtime> stop;
    private final Optional<Future<?>> looking;

    /** Of the call under way. Written by the guest thread. */
    private volatile Optional<Call> call = Optional.empty();

    // The lookout's own.
    private Optional<Call> seenCall = Optional.empty();
    private long seenPassages;
    private long seenCpuNanos;

    /** Distinct for each call: compared by identity. */
    private static final class Call {
        final long startNanos = System.nanoTime();
        final long startCpuNanos = THREADS.getCurrentThreadCpuTime();
    }

    /**
     * Watches the calling thread.
     *
     * @param passages counts how often the guest went to the host and back; read from another thread
     * @param stop called on the lookout's thread, at most once a call; must not block
     */
    Watchdog(TimeLimits limits, LongSupplier passages, Consumer<Overtime> stop) {
        this.limits = limits;
        this.passages = passages;
        this.stop = stop;
        this.looking = limits.equals(TimeLimits.NONE)
                ? Optional.empty()
                : Optional.of(
                        LOOKOUT.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS));
    }

    private static ScheduledThreadPoolExecutor lookout() {
        ScheduledThreadPoolExecutor lookout = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().daemon().name("guest-watchdog").unstarted(task));
        lookout.setRemoveOnCancelPolicy(true);
        return lookout;
    }

    void begin() {
        if (looking.isPresent()) {
            call = Optional.of(new Call());
        }
    }

    void end() {
        call = Optional.empty();
    }

    @Override
    public void close() {
        looking.ifPresent(task -> task.cancel(false));
    }

    private void look() {
        Optional<Call> now = call;
        now.flatMap(this::overtime).ifPresent(over -> {
            looking.ifPresent(task -> task.cancel(false));
            stop.accept(over);
        });
    }

    @SuppressWarnings("ReferenceEquality") // a call is itself and no other
    private Optional<Overtime> overtime(Call now) {
        long cpuNanos = THREADS.getThreadCpuTime(threadId);
        long passed = passages.getAsLong();
        if (seenCall.isEmpty() || seenCall.get() != now || passed != seenPassages) {
            seenCall = Optional.of(now);
            seenPassages = passed;
            seenCpuNanos = cpuNanos;
        }
        return over(TimeLimits.Kind.WALL, limits.wall(), System.nanoTime() - now.startNanos)
                .or(() -> over(TimeLimits.Kind.CPU, limits.cpu(), cpuNanos - now.startCpuNanos))
                .or(() -> over(TimeLimits.Kind.SPIN, limits.spin(), cpuNanos - seenCpuNanos));
    }

    private static Optional<Overtime> over(TimeLimits.Kind kind, Optional<Duration> limit, long nanos) {
        return limit.filter(most -> nanos > most.toNanos()).map(most -> new Overtime(kind, most));
    }
}
