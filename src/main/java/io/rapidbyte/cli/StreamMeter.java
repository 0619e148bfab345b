package io.rapidbyte.cli;

import io.rapidbyte.model.RunEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** How fast a stream goes, and how far it is. Times are nanoseconds of one clock. Not thread-safe. */
final class StreamMeter {
    /** Long enough that a pause of one batch does not show, short enough that a change does. */
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Less than this says nothing of a pace. */
    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** An estimate that is exceeded by more than a tenth was none. */
    private static final double TRUSTED = 1.1;

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int ALMOST_ALL_PERCENT = 99;
    private static final int PERCENT = 100;

    private record Sample(long nanos, long rows, long bytes) {}

    /** Of the window, and the last one before it. */
    private final Deque<Sample> samples = new ArrayDeque<>();

    private long rejected;
    private int retries;
    private Optional<Long> expected = Optional.empty();
    private Optional<String> limitedBy = Optional.empty();

    StreamMeter(long nanos) {
        samples.add(new Sample(nanos, 0, 0));
    }

    void progressed(RunEvent.StreamProgress event, long nanos) {
        rejected = event.rowsRejected();
        expected = event.rowsExpected();
        limitedBy = event.limitedBy();
        samples.addLast(new Sample(nanos, event.rowsRead(), event.bytesRead()));
    }

    void retried() {
        retries++;
    }

    long rows() {
        return samples.getLast().rows();
    }

    long bytes() {
        return samples.getLast().bytes();
    }

    long rejected() {
        return rejected;
    }

    int retries() {
        return retries;
    }

    /** Rows that there will be in the end, if the source has an idea. */
    Optional<Long> expected() {
        return expected.filter(rows -> rows > 0 && rows() <= rows * TRUSTED);
    }

    /** The stage that the others wait for. */
    Optional<String> limitedBy() {
        return limitedBy;
    }

    double rowsPerSecond(long now) {
        Sample first = oldest(now);
        return perSecond(rows() - first.rows(), now - first.nanos());
    }

    double bytesPerSecond(long now) {
        Sample first = oldest(now);
        return perSecond(bytes() - first.bytes(), now - first.nanos());
    }

    private Sample oldest(long now) {
        while (samples.size() > 1 && now - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
        return samples.getFirst();
    }

    private static double perSecond(long count, long nanos) {
        return nanos < SHORTEST_NANOS ? 0 : count * NANOS_PER_SECOND / nanos;
    }

    OptionalInt percent() {
        return percent(rows(), expected());
    }

    /** Never the whole before it is the whole. */
    static OptionalInt percent(long rows, Optional<Long> expected) {
        return expected.map(all -> OptionalInt.of((int) Math.min(ALMOST_ALL_PERCENT, rows * PERCENT / all)))
                .orElse(OptionalInt.empty());
    }

    /** How long it will take, at the pace of now. */
    Optional<Duration> left(long now) {
        return left(rows(), expected(), rowsPerSecond(now));
    }

    static Optional<Duration> left(long rows, Optional<Long> expected, double rowsPerSecond) {
        return rowsPerSecond <= 0
                ? Optional.empty()
                : expected.map(all -> Duration.ofSeconds(Math.round(Math.max(0, all - rows) / rowsPerSecond)));
    }
}
