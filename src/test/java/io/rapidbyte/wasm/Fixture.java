package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.AbiLimits;
import io.rapidbyte.wasm.abi.ByteProducer;
import io.rapidbyte.wasm.abi.ReturnedError;
import io.rapidbyte.wasm.abi.Unit;
import io.rapidbyte.wasm.abi.WitDocument;
import io.rapidbyte.wasm.abi.WitResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** The guest of {@code fixture.wat} with host functions that are as simple. */
final class Fixture {
    static final long MEMORY_BYTES_MAX = 16 << 20;

    static final GuestWorld WORLD = GuestWorld.of(WitDocument.parse(text("fixture.wit")), "fixture");

    final CountDownLatch pausing = new CountDownLatch(1);
    final List<String> output = new CopyOnWriteArrayList<>();
    final Map<String, HostFunction<IOException>> host = new HashMap<>();

    Fixture() {
        host.put("host#sum", args -> sum((ByteBuffer) args[0]));
        host.put("host#read", args -> read(Math.toIntExact((Long) args[0])));
        host.put("host#pause", args -> {
            pausing.countDown();
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
            return Unit.UNIT;
        });
        host.put("host#fail", args -> switch ((String) args[0]) {
            case "checked" -> throw new IOException("a checked one");
            case "unchecked" -> throw new ArithmeticException("an unchecked one");
            case "error without result" -> throw new ReturnedError("nobody takes it");
            case "wrong value" -> "not a unit";
            default -> Unit.UNIT;
        });
        host.put("host#labels", args -> ((List<?>) args[0]).size());
    }

    private static long sum(ByteBuffer bytes) {
        long sum = 0;
        while (bytes.hasRemaining()) {
            sum += Byte.toUnsignedInt(bytes.get());
        }
        return sum;
    }

    /** Half of what there is room for; an odd maximum is an error found while reading. */
    private static Object read(int max) {
        return WitResult.ok(new ByteProducer() {
            @Override
            public int maxBytes() {
                return max;
            }

            @Override
            public void fill(ByteBuffer target) throws ReturnedError {
                for (int i = 0; i < max / 2; i++) {
                    target.put((byte) 7);
                }
                if (max % 2 == 1) {
                    throw new ReturnedError("odd");
                }
            }
        });
    }

    GuestOptions options() {
        return new GuestOptions(MEMORY_BYTES_MAX, AbiLimits.DEFAULT, output::add);
    }

    GuestInstance<IOException> start() {
        return module().instantiate(WORLD, host, options());
    }

    static GuestModule module() {
        return Holder.MODULE;
    }

    private static final class Holder {
        static final GuestModule MODULE = GuestEngine.shared().load("fixture", bytes("fixture.wasm"));
    }

    /** What runs on a guest thread. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /** What runs with an instance. */
    @FunctionalInterface
    interface InstanceWork {
        void run(GuestInstance<IOException> guest) throws Exception;
    }

    /** Runs on a guest thread and waits; what is thrown there is thrown here. */
    static void onGuestThread(Work work) throws Exception {
        try {
            begin(work).get(120, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception thrown) {
                throw thrown;
            }
            throw e;
        }
    }

    static CompletableFuture<Unit> begin(Work work) {
        CompletableFuture<Unit> done = new CompletableFuture<>();
        GuestThread.start("guest-test", () -> {
            try {
                work.run();
                done.complete(Unit.UNIT);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /** Runs with a fresh instance, which is closed whatever happens. */
    static void with(InstanceWork work) throws Exception {
        onGuestThread(() -> {
            try (GuestInstance<IOException> guest = new Fixture().start()) {
                work.run(guest);
            }
        });
    }

    static String text(String resource) {
        return new String(bytes(resource), StandardCharsets.UTF_8);
    }

    static byte[] bytes(String resource) {
        try (InputStream in = Fixture.class.getResourceAsStream("/wasm/" + resource)) {
            if (in == null) {
                throw new AssertionError("no " + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
