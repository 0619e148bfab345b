package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.LinearMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * A guest's memory as the engine lays it bare: a direct buffer over the very bytes the guest works on.
 * It moves when it grows; the engine tells, and the buffer is then fetched again.
 */
final class GuestMemory implements LinearMemory {
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);

    private record Engine(Value memory, Value asByteBuffer, Value realloc) {}

    private Optional<Engine> engine = Optional.empty();
    private ByteBuffer bytes = NOTHING;
    private boolean moved;

    /** Begins to show the memory of an instance; {@code webAssembly} holds the engine's own functions. */
    void attach(Value webAssembly, Value memory, Value realloc) {
        engine = Optional.of(new Engine(memory, webAssembly.getMember("mem_as_byte_buffer"), realloc));
        moved = true;
        ProxyExecutable whenGrown = arguments -> {
            moved = true;
            return 0;
        };
        webAssembly.getMember("mem_set_grow_callback").executeVoid(whenGrown);
    }

    /** Lets go of the memory, which is given back once nobody holds a view of it. */
    void detach() {
        engine = Optional.empty();
        bytes = NOTHING;
        moved = false;
    }

    @Override
    public ByteBuffer bytes() {
        if (moved) {
            Engine at = engine.orElseThrow();
            bytes = at.asByteBuffer
                    .execute(at.memory)
                    .<ByteBuffer>asHostObject()
                    .order(ByteOrder.LITTLE_ENDIAN);
            moved = false;
        }
        return bytes;
    }

    /** The size when last seen, if the engine tells nothing any more. */
    long sizeBytes() {
        try {
            return bytes().capacity();
        } catch (PolyglotException e) {
            return bytes.capacity();
        }
    }

    @Override
    public int realloc(int pointer, int oldBytes, int align, int newBytes) {
        return engine.orElseThrow()
                .realloc
                .execute(pointer, oldBytes, align, newBytes)
                .asInt();
    }
}
