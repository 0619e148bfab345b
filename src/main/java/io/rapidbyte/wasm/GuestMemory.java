package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.LinearMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * A guest's memory as the engine lays it bare: a direct buffer over the very bytes the guest works on.
 * It moves when it grows. The engine never frees it, so this does: what a move left behind once no view
 * of it can be in use, and the rest at the instance's end.
 */
final class GuestMemory implements LinearMemory {
    /** Of all memories of the process that are not freed. */
    static final LongAdder LIVE_BYTES = new LongAdder();

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);

    private record Engine(Value memory, Value asByteBuffer, Value realloc) {}

    private Optional<Engine> engine = Optional.empty();
    private ByteBuffer bytes = NOTHING;
    private Optional<ByteBuffer> block = Optional.empty();

    /** Left behind while the host may still have held views of it. */
    private final List<ByteBuffer> outgrown = new ArrayList<>();

    /**
     * Begins to show the memory of an instance.
     *
     * @param webAssembly the engine's own functions
     * @param noViews tells, when the memory grows, that the host holds no view of it
     */
    void attach(Value webAssembly, Value memory, Value realloc, BooleanSupplier noViews) {
        Engine at = new Engine(memory, webAssembly.getMember("mem_as_byte_buffer"), realloc);
        engine = Optional.of(at);
        see(at);
        ProxyExecutable whenGrown = arguments -> {
            see(at);
            if (noViews.getAsBoolean()) {
                freeOutgrown();
            }
            return 0;
        };
        webAssembly.getMember("mem_set_grow_callback").executeVoid(whenGrown);
    }

    @SuppressWarnings("ReferenceEquality") // equal buffers are those of equal content
    private void see(Engine at) {
        LIVE_BYTES.add(-bytes.capacity());
        bytes = at.asByteBuffer.execute(at.memory).<ByteBuffer>asHostObject().order(ByteOrder.LITTLE_ENDIAN);
        LIVE_BYTES.add(bytes.capacity());
        Optional<ByteBuffer> now = DirectMemory.owner(bytes);
        if (block.isPresent() && block.get() != now.orElse(NOTHING)) {
            outgrown.add(block.get());
        }
        block = now;
    }

    /** Frees what the memory moved away from. No view from before the last move is in use any more. */
    void freeOutgrown() {
        outgrown.forEach(DirectMemory::free);
        outgrown.clear();
    }

    /** Frees all of it. The context is closed, so that no guest code reads or writes it any more. */
    void free() {
        engine = Optional.empty();
        LIVE_BYTES.add(-bytes.capacity());
        bytes = NOTHING;
        freeOutgrown();
        block.ifPresent(DirectMemory::free);
        block = Optional.empty();
    }

    @Override
    public ByteBuffer bytes() {
        return bytes;
    }

    long sizeBytes() {
        return bytes.capacity();
    }

    @Override
    public int realloc(int pointer, int oldBytes, int align, int newBytes) {
        return engine.orElseThrow()
                .realloc
                .execute(pointer, oldBytes, align, newBytes)
                .asInt();
    }
}
