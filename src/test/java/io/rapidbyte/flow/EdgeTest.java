package io.rapidbyte.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rapidbyte.model.Compression;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.StageTrace;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An outlet and an inlet with a real event bus between them. */
@Timeout(20)
class EdgeTest {
    private static final EdgeAddress EDGE = new EdgeAddress("run", 0, 1, 0);
    private static final EdgeWindow WINDOW = new EdgeWindow(4, 1 << 20);
    private static final Failure FAILURE = new Failure(
            FailureKind.SOURCE,
            ConnectorError.permanent(ErrorCategory.DATA, "test.broken", "the table is broken"),
            Optional.of("users"),
            Optional.of("source (test)"));

    private final Vertx vertx = Vertx.vertx();
    private final FramePool pool = new FramePool(FramePool.DEFAULT_KEPT_BYTES);
    private final BlockingQueue<Failure> aborts = new LinkedBlockingQueue<>();
    private final BlockingQueue<Failure> refusals = new LinkedBlockingQueue<>();
    private final BlockingQueue<ConnectorError> breaks = new LinkedBlockingQueue<>();
    private Inlet inlet;
    private Outlet outlet;

    @BeforeEach
    void lay() throws Exception {
        lay(Compression.NONE);
    }

    private void lay(Compression codec) throws Exception {
        inlet = new Inlet(new EdgeBus(vertx, EDGE, StageTrace.NONE), EDGE, WINDOW);
        outlet = new Outlet(new EdgeBus(vertx, EDGE, StageTrace.NONE), EDGE, WINDOW, codec, pool, "source (test)");
        onLoop(() -> inlet.register(aborts::add, breaks::add));
        onLoop(() -> outlet.register(refusals::add, breaks::add));
    }

    private void onLoop(Runnable task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        vertx.getOrCreateContext().runOnContext(v -> {
            task.run();
            done.complete(null);
        });
        done.get(5, TimeUnit.SECONDS);
    }

    @AfterEach
    void nothing_leaks() throws Exception {
        onLoop(() -> {
            outlet.close();
            inlet.close();
        });
        Future.await(vertx.close());
        assertThat(pool.leased())
                .as("frames on lease after the edge was closed")
                .isEmpty();
        pool.close();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void batches_arrive_in_order_and_whole(Compression codec) throws Exception {
        onLoop(() -> {
            outlet.close();
            inlet.close();
        });
        lay(codec);
        int batches = 50;
        CompletableFuture<Void> sender = start(() -> {
            for (int i = 0; i < batches; i++) {
                outlet.emit(Batches.ids(i * 1000L, 1000));
            }
            outlet.end();
            return null;
        });
        for (int i = 0; i < batches; i++) {
            Frame.Batch batch = (Frame.Batch) inlet.take();
            assertThat(batch.rows()).isEqualTo(1000);
            assertThat(Batches.firstId(bytes(batch))).isEqualTo(i * 1000L);
        }
        assertThat(inlet.take()).isInstanceOf(Frame.End.class);
        assertThat(inlet.take()).as("the end, asked for again").isInstanceOf(Frame.End.class);
        sender.get();
        assertThat(inlet.taken()).isEqualTo(outlet.sent());
        assertThat(inlet.taken().rows()).isEqualTo(50_000);
    }

    @Test
    void a_slow_consumer_bounds_the_memory_of_a_fast_producer() throws Exception {
        CompletableFuture<Void> sender = start(() -> {
            for (int i = 0; i < 40; i++) {
                outlet.emit(Batches.ids(i, 30_000));
            }
            outlet.end();
            return null;
        });
        long most = 0;
        while (inlet.take() instanceof Frame.Batch batch) {
            TimeUnit.MILLISECONDS.sleep(2);
            most = Math.max(most, pool.leasedBytes());
            inlet.consumed(batch);
        }
        sender.get();
        assertThat(most).isLessThanOrEqualTo(WINDOW.bytes()).isGreaterThan(256 << 10);
    }

    @Test
    void a_batch_larger_than_the_window_passes_alone() throws Exception {
        CompletableFuture<Void> sender = start(() -> {
            outlet.emit(Batches.ids(0, 10));
            outlet.emit(Batches.ids(10, 300_000));
            outlet.emit(Batches.ids(20, 10));
            outlet.end();
            return null;
        });
        List<Long> rows = new ArrayList<>();
        while (inlet.take() instanceof Frame.Batch batch) {
            rows.add(batch.rows());
            inlet.consumed(batch);
        }
        sender.get();
        assertThat(rows).containsExactly(10L, 300_000L, 10L);
    }

    @Test
    void a_barrier_keeps_its_place_among_the_batches() throws Exception {
        outlet.emit(Batches.ids(0, 1));
        outlet.barrier(7, "{\"lsn\":1}", false);
        outlet.emit(Batches.ids(1, 1));
        inlet.consumed(inlet.take());
        assertThat(inlet.take()).isEqualTo(new Frame.Barrier(2, 7, "{\"lsn\":1}", false));
        inlet.consumed(new Frame.Barrier(2, 7, "{\"lsn\":1}", false));
        inlet.consumed(inlet.take());
    }

    @Test
    void a_form_is_known_to_be_accepted_before_rows_are_sent_in_it() throws Exception {
        assertThat(outlet.formAccepted("tuples")).as("before anything was sent").isFalse();
        outlet.emit(Batches.ids(0, 1));
        CompletableFuture<Boolean> answer = start(() -> outlet.formAccepted("tuples"));
        Frame first = inlet.take();
        inlet.consumed(first);
        assertThat(answer).isNotDone();
        inlet.acceptForm("tuples");
        assertThat(answer.get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_downstream_that_asks_for_more_has_not_accepted_what_it_has_not() throws Exception {
        outlet.emit(Batches.ids(0, 1));
        CompletableFuture<Boolean> answer = start(() -> outlet.formAccepted("tuples"));
        inlet.consumed(inlet.take());
        assertThat(answer).isNotDone();
        outlet.emit(Batches.ids(1, 1));
        inlet.consumed(inlet.take());
        assertThat(answer.get(5, TimeUnit.SECONDS)).isFalse();
        assertThat(outlet.formAccepted("tuples")).isFalse();
    }

    @Test
    void a_stop_ends_the_wait_for_an_answer() throws Exception {
        outlet.emit(Batches.ids(0, 1));
        CompletableFuture<Boolean> answer = start(() -> outlet.formAccepted("tuples"));
        outlet.stop(FlowErrors.cancelled());
        assertThat(answer.get(5, TimeUnit.SECONDS)).isFalse();
    }

    /** I1. */
    @Test
    void an_abort_overtakes_what_is_queued_and_is_never_an_end() throws Exception {
        outlet.emit(Batches.ids(0, 10));
        outlet.emit(Batches.ids(10, 10));
        outlet.abort(FAILURE);
        assertThat(aborts.poll(5, TimeUnit.SECONDS)).isEqualTo(FAILURE);
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(ConnectorException.class)
                    .isThrownBy(inlet::take)
                    .withMessageContaining("source (test) failed: the table is broken");
        }
        assertThat(inlet.ended()).isFalse();
    }

    @Test
    void an_edge_ends_once() throws Exception {
        outlet.end();
        outlet.abort(FAILURE);
        assertThat(inlet.take()).isInstanceOf(Frame.End.class);
        assertThatExceptionOfType(ConnectorException.class)
                .isThrownBy(() -> outlet.emit(Batches.ids(0, 1)))
                .satisfies(e -> assertThat(e.error().code()).isEqualTo("flow.emit-after-end"));
        assertThat(aborts).isEmpty();
        assertThat(breaks).isEmpty();
    }

    @Test
    void a_lost_frame_breaks_the_edge() throws Exception {
        new EdgeBus(vertx, EDGE, StageTrace.NONE).send(new Frame.Barrier(2, 1, "", false));
        assertThat(breaks.poll(5, TimeUnit.SECONDS).code()).isEqualTo("flow.sequence-gap");
        assertThatExceptionOfType(ConnectorException.class)
                .isThrownBy(inlet::take)
                .satisfies(e -> assertThat(e.error().code()).isEqualTo("flow.sequence-gap"));
    }

    @Test
    void what_arrives_after_a_break_is_released() throws Exception {
        new EdgeBus(vertx, EDGE, StageTrace.NONE).send(new Frame.Barrier(2, 1, "", false));
        assertThat(breaks.poll(5, TimeUnit.SECONDS)).isNotNull();
        outlet.emit(Batches.ids(0, 10));
        onLoop(() -> {});
        for (int i = 0; i < 500 && !pool.leased().isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(pool.leased()).isEmpty();
    }

    @Test
    void a_lost_grant_heals_within_seconds() throws Exception {
        onLoop(() -> {
            outlet.close();
            inlet.close();
        });
        inlet = new Inlet(new EdgeBus(vertx, EDGE, StageTrace.NONE), EDGE, WINDOW);
        outlet = new Outlet(
                new EdgeBus(vertx, EDGE, StageTrace.NONE), EDGE, WINDOW, Compression.NONE, pool, "source (test)");
        // Nobody answers the outlet's first question, so its first grant never comes.
        onLoop(() -> outlet.register(refusals::add, breaks::add));
        onLoop(() -> inlet.register(aborts::add, breaks::add));
        CompletableFuture<Void> blocked = start(() -> {
            outlet.barrier(1, "", false);
            return null;
        });
        blocked.get(5, TimeUnit.SECONDS);
        assertThat(inlet.take()).isInstanceOf(Frame.Barrier.class);
    }

    @Test
    void a_blocked_outlet_is_stopped_at_once() throws Exception {
        for (int i = 0; i < WINDOW.frames(); i++) {
            outlet.emit(Batches.ids(i, 1));
        }
        CompletableFuture<Long> stoppedAt = start(() -> {
            try {
                outlet.emit(Batches.ids(9, 1));
                return Long.MAX_VALUE;
            } catch (ConnectorException e) {
                assertThat(e.error().category()).isEqualTo(ErrorCategory.CANCELLED);
                return System.nanoTime();
            }
        });
        TimeUnit.MILLISECONDS.sleep(50);
        long asked = System.nanoTime();
        outlet.stop(FlowErrors.cancelled());
        assertThat(stoppedAt.get() - asked).isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void a_blocked_inlet_is_stopped_at_once() throws Exception {
        CompletableFuture<Long> stoppedAt = start(() -> {
            try {
                inlet.take();
                return Long.MAX_VALUE;
            } catch (ConnectorException e) {
                return System.nanoTime();
            }
        });
        TimeUnit.MILLISECONDS.sleep(50);
        long asked = System.nanoTime();
        inlet.stop(FlowErrors.cancelled());
        assertThat(stoppedAt.get() - asked).isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void a_refusal_reaches_a_blocked_outlet() throws Exception {
        for (int i = 0; i < WINDOW.frames(); i++) {
            outlet.emit(Batches.ids(i, 1));
        }
        CompletableFuture<Void> blocked = start(() -> {
            outlet.emit(Batches.ids(9, 1));
            return null;
        });
        inlet.refuse(FAILURE);
        assertThat(refusals.poll(5, TimeUnit.SECONDS)).isEqualTo(FAILURE);
        assertThat(blocked.handle((v, e) -> e.getCause()).get())
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("nothing more is taken");
    }

    @Test
    void bytes_that_are_no_arrow_stream_are_refused_and_name_the_connector() {
        assertThatExceptionOfType(ConnectorException.class)
                .isThrownBy(() -> outlet.emit(Batches.direct(new byte[] {1, 2, 3, 4, 5, 6, 7, 8})))
                .withMessageContaining("source (test)")
                .satisfies(e -> assertThat(e.error().code()).isEqualTo("flow.malformed-batch"));
        assertThatExceptionOfType(ConnectorException.class)
                .isThrownBy(() -> outlet.emit(ByteBuffer.allocateDirect(0)))
                .satisfies(e -> assertThat(e.error().code()).isEqualTo("flow.empty-batch"));
        assertThat(outlet.sent()).isEqualTo(EdgeCounts.NONE);
    }

    private byte[] bytes(Frame.Batch batch) throws ConnectorException {
        FrameBody body = new FrameBody(inlet, batch, new LongAdder());
        ByteBuffer target = ByteBuffer.allocateDirect(body.size());
        body.writeTo(target);
        body.release();
        byte[] bytes = new byte[target.flip().remaining()];
        target.get(bytes);
        return bytes;
    }

    private static <T> CompletableFuture<T> start(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(new java.util.concurrent.CompletionException(e));
            }
        });
        return result;
    }
}
