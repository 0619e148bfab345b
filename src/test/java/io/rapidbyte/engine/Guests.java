package io.rapidbyte.engine;

import io.rapidbyte.connector.GuestPort;
import io.rapidbyte.connector.Inbound;
import io.rapidbyte.flow.Batches;
import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Guests in plain Java, for tests of what surrounds guests. */
final class Guests {
    static final int ROWS_PER_BATCH = 100;

    /** Guests made and not yet closed. */
    final AtomicInteger alive = new AtomicInteger();

    /** What a guest does with its stage's edges. */
    interface Work {
        StageGuest.Summary run(GuestPort port, Cancel cancel) throws ConnectorException, InterruptedException;
    }

    /** Told when the host stops the guest. */
    static final class Cancel {
        private final CountDownLatch latch = new CountDownLatch(1);

        void await() throws ConnectorException, InterruptedException {
            latch.await();
            throw new ConnectorException(
                    ConnectorError.permanent(ErrorCategory.CANCELLED, "test.stopped", "the guest was stopped"));
        }
    }

    StageGuest.Maker guest(Work work) {
        return (port, trace) -> new Guest(port, work);
    }

    StageGuest.Maker source(int batches) {
        return guest((port, cancel) -> emit(port, batches));
    }

    static StageGuest.Summary emit(GuestPort port, int batches) throws ConnectorException {
        for (int i = 0; i < batches; i++) {
            port.emit(Batches.ids((long) i * ROWS_PER_BATCH, ROWS_PER_BATCH));
        }
        return new StageGuest.Summary(0, (long) batches * ROWS_PER_BATCH);
    }

    StageGuest.Maker destination() {
        return guest((port, cancel) -> drain(port, 0));
    }

    /** Consumes to the end, so many milliseconds a batch. */
    static StageGuest.Summary drain(GuestPort port, long millis) throws ConnectorException, InterruptedException {
        long rows = 0;
        while (true) {
            switch (port.next()) {
                case Inbound.Batch batch -> {
                    batch.body().writeTo(ByteBuffer.allocateDirect(batch.body().size()));
                    batch.body().release();
                    rows += ROWS_PER_BATCH;
                    Thread.sleep(millis);
                }
                case Inbound.Barrier barrier -> {
                    port.prepareBarrier(barrier.id());
                    port.confirmBarrier(barrier.id(), barrier.payload());
                }
                case Inbound.End end -> {
                    return new StageGuest.Summary(rows, 0);
                }
            }
        }
    }

    StageGuest.Maker transform() {
        return guest((port, cancel) -> {
            long rows = 0;
            while (port.next() instanceof Inbound.Batch batch) {
                ByteBuffer copy = ByteBuffer.allocateDirect(batch.body().size());
                batch.body().writeTo(copy);
                batch.body().release();
                port.emit(copy.flip());
                rows += ROWS_PER_BATCH;
            }
            return new StageGuest.Summary(rows, rows);
        });
    }

    static ConnectorException error(ErrorCategory category, String message) {
        return new ConnectorException(ConnectorError.permanent(category, "test.error", message));
    }

    private final class Guest implements StageGuest {
        private final GuestPort port;
        private final Work work;
        private final Cancel cancel = new Cancel();
        private final AtomicBoolean closed = new AtomicBoolean();

        Guest(GuestPort port, Work work) {
            this.port = port;
            this.work = work;
            alive.incrementAndGet();
        }

        @Override
        public Summary run() throws ConnectorException {
            try {
                return work.run(port, cancel);
            } catch (InterruptedException e) {
                throw new ConnectorException(
                        ConnectorError.permanent(ErrorCategory.CANCELLED, "test.interrupted", "interrupted"), e);
            }
        }

        @Override
        public void cancel() {
            cancel.latch.countDown();
        }

        @Override
        public Map<String, Duration> timings() {
            return Map.of("guest", Duration.ofMillis(1));
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                alive.decrementAndGet();
            }
        }
    }
}
