package io.rapidbyte.wasm;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Gives direct memory back at once. The engine leaves guest memory to the garbage collector, which
 * sees a few small buffer objects and no reason to run while what they stand for fills the machine.
 *
 * <p>The JDK offers this for the buffer that owns memory only, not for views of it, and the engine hands
 * out a view; the way from it to its owner is a private field. Where {@code java.nio} is not open to us
 * the memory stays the collector's.
 */
final class DirectMemory {
    private static final Logger LOG = System.getLogger(DirectMemory.class.getName());
    private static final Optional<Access> ACCESS = access();

    private DirectMemory() {}

    /**
     * @param owner (view) to what it is a view of; null if it owns its memory
     * @param free (owner) frees its memory
     */
    private record Access(MethodHandle owner, MethodHandle free) {}

    private static Optional<Access> access() {
        try {
            Class<?> direct = Class.forName("java.nio.DirectByteBuffer");
            Field attachment = direct.getDeclaredField("att");
            attachment.setAccessible(true);
            MethodHandle owner = MethodHandles.lookup()
                    .unreflectGetter(attachment)
                    .asType(MethodType.methodType(Object.class, ByteBuffer.class));

            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            MethodHandle free = MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
            return Optional.of(new Access(owner, free));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "guest memory is freed late, by the garbage collector; to free it at once, start the JVM with"
                            + " --add-opens=java.base/java.nio=ALL-UNNAMED",
                    e);
            return Optional.empty();
        }
    }

    /** The buffer that owns the memory {@code view} shows; empty if it cannot be told. */
    static Optional<ByteBuffer> owner(ByteBuffer view) {
        return ACCESS.flatMap(access -> {
            try {
                return Optional.ofNullable((Object) access.owner.invokeExact(view))
                        .filter(ByteBuffer.class::isInstance)
                        .map(ByteBuffer.class::cast);
            } catch (Throwable e) {
                throw new AssertionError("reading a field throws nothing", e);
            }
        });
    }

    /** Frees the memory of an {@link #owner}. Nobody may use it or a view of it any more. */
    static void free(ByteBuffer owner) {
        ACCESS.ifPresent(access -> {
            try {
                access.free.invokeExact(owner);
            } catch (Throwable e) {
                throw new AssertionError("the owner of direct memory can be freed", e);
            }
        });
    }
}
