package io.rapidbyte.flow;

import io.rapidbyte.model.Compression;
import io.rapidbyte.model.StageTrace;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * What a hop between two stages costs: a batch emitted on one thread until it is taken on another,
 * one at a time. Prints the copy into the frame apart from the hop itself.
 */
public final class HopBench {
    private static final int ROWS = 1 << 19;
    private static final int WARM_UP = 3000;
    private static final int HOPS = 2000;
    private static final EdgeAddress EDGE = new EdgeAddress("bench", 0, 1, 0);
    private static final EdgeWindow WINDOW = new EdgeWindow(16, EdgeWindow.DEFAULT_BYTES);

    private HopBench() {}

    /** Takes no arguments. */
    public static void main(String[] args) throws Exception {
        Vertx vertx = Vertx.vertx();
        FramePool pool = new FramePool(FramePool.DEFAULT_KEPT_BYTES);
        Inlet inlet = new Inlet(new EdgeBus(vertx, EDGE, StageTrace.NONE), EDGE, WINDOW);
        Outlet outlet =
                new Outlet(new EdgeBus(vertx, EDGE, StageTrace.NONE), EDGE, WINDOW, Compression.NONE, pool, "bench");
        onLoop(vertx, () -> inlet.register(failure -> {}, error -> {}));
        onLoop(vertx, () -> outlet.register(failure -> {}, error -> {}));

        ByteBuffer batch = Batches.ids(0, ROWS);
        long[] copy = copies(pool, batch);
        long[] whole = new long[HOPS];
        long[] emittedAt = new long[1];
        CountDownLatch done = new CountDownLatch(1);
        Thread receiver = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < WARM_UP + HOPS; i++) {
                    Frame frame = inlet.take();
                    long now = System.nanoTime();
                    if (i >= WARM_UP) {
                        whole[i - WARM_UP] = now - emittedAt[0];
                    }
                    inlet.consumed(frame);
                    synchronized (emittedAt) {
                        emittedAt[0] = 0;
                        emittedAt.notifyAll();
                    }
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                done.countDown();
            }
        });
        for (int i = 0; i < WARM_UP + HOPS; i++) {
            synchronized (emittedAt) {
                while (emittedAt[0] != 0) {
                    emittedAt.wait();
                }
                emittedAt[0] = System.nanoTime();
            }
            outlet.emit(batch.duplicate());
        }
        done.await();
        receiver.join();
        Arrays.sort(whole);
        Arrays.sort(copy);
        System.out.printf("batch            %,d bytes%n", batch.remaining());
        print("emit to take", whole, 0);
        print("check and copy", copy, 0);
        print("hop (difference)", whole, copy[copy.length / 2]);
        vertx.close().await();
        pool.close();
    }

    /** Look, lease, copy and release, without a hop. */
    private static long[] copies(FramePool pool, ByteBuffer batch) throws Exception {
        BatchPacker packer = new BatchPacker(Compression.NONE, pool, "bench", "bench");
        long[] nanos = new long[HOPS];
        for (int i = -WARM_UP; i < HOPS; i++) {
            long start = System.nanoTime();
            PooledBytes bytes = packer.pack(packer.look(batch.duplicate()));
            if (i >= 0) {
                nanos[i] = System.nanoTime() - start;
            }
            bytes.release();
        }
        return nanos;
    }

    private static void print(String what, long[] sorted, long less) {
        System.out.printf(
                "%-17s median %.1f us, p90 %.1f us%n",
                what, (sorted[sorted.length / 2] - less) / 1e3, (sorted[sorted.length * 9 / 10] - less) / 1e3);
    }

    private static void onLoop(Vertx vertx, Runnable task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        vertx.getOrCreateContext().runOnContext(v -> {
            task.run();
            done.complete(null);
        });
        done.get();
    }
}
