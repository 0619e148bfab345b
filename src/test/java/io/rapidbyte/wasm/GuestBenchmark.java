package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.ByteProducer;
import io.rapidbyte.wasm.abi.Unit;
import io.rapidbyte.wasm.abi.WitResult;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Prints how fast bytes pass between host and guest, and what a host call costs. Run by hand. */
public final class GuestBenchmark {
    private static final int BLOCK_BYTES = 4 << 20;
    private static final int BLOCKS = 500;
    private static final int CALLS = 2_000_000;
    /** The fixture's allocator for those who do not want to measure memory that grows. */
    private static final int SAME_BLOCK = 7;

    private static final int ROUNDS = 4;

    private GuestBenchmark() {}

    public static void main(String[] args) throws Exception {
        System.out.println(GuestEngine.shared().implementation());
        Fixture.onGuestThread(GuestBenchmark::measure);
    }

    private static void measure() throws IOException {
        Fixture fixture = new Fixture();
        ByteBuffer hostSide = ByteBuffer.allocateDirect(BLOCK_BYTES);
        fixture.host.put("host#sum", values -> {
            hostSide.clear().put((ByteBuffer) values[0]);
            return 0L;
        });
        fixture.host.put(
                "host#read",
                values -> WitResult.ok(new ByteProducer() {
                    @Override
                    public int maxBytes() {
                        return BLOCK_BYTES;
                    }

                    @Override
                    public void fill(ByteBuffer target) {
                        target.put(hostSide.clear());
                    }
                }));
        fixture.host.put("host#pause", values -> Unit.UNIT);
        try (GuestInstance<IOException> guest = fixture.start()) {
            guest.call("guest#grow", 128);
            guest.call("guest#set-allocator", SAME_BLOCK);
            for (int round = 0; round < ROUNDS; round++) {
                report("guest to host", BLOCKS, () -> guest.call("guest#call-sum", 65536, BLOCK_BYTES));
                report("host to guest", BLOCKS, () -> guest.call("guest#call-read", BLOCK_BYTES, 32));
                long begun = System.nanoTime();
                guest.call("guest#pause-often", CALLS);
                System.out.printf("host call: %d ns%n", (System.nanoTime() - begun) / CALLS);
            }
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static void report(String what, int blocks, Step step) throws IOException {
        long begun = System.nanoTime();
        for (int i = 0; i < blocks; i++) {
            step.run();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf("%s: %.1f GB/s%n", what, (double) blocks * BLOCK_BYTES / seconds / 1e9);
    }
}
