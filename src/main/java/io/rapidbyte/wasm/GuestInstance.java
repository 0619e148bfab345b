package io.rapidbyte.wasm;

/**
 * A running guest with its own memory, confined to the {@link GuestThread} that made it.
 *
 * @param <X> what its host functions may throw
 */
public final class GuestInstance<X extends Exception> implements AutoCloseable {
    private GuestInstance() {}

    /**
     * Calls an export and waits for it. Any failure but an {@link IllegalArgumentException} for a
     * wrong argument ends the instance: later calls are refused.
     *
     * @param function {@code interface#function}, or {@code function} for the world's own
     * @return the lifted result; {@link io.rapidbyte.wasm.abi.Unit#UNIT} if there is none
     * @throws GuestException as its variants say
     * @throws X what a host function threw, unchanged
     * @throws IllegalStateException from another thread, or from within a host function
     */
    public Object call(String function, Object... args) throws X {
        throw new UnsupportedOperationException();
    }

    /**
     * Stops the guest wherever it is, unless a host function ignores interrupts; the call it is in ends
     * in {@link GuestCancelled}. From any thread; returns at once; may be repeated. The instance must
     * still be closed.
     */
    public void cancel() {
        throw new UnsupportedOperationException();
    }

    /** The current size of the guest's memory in bytes. */
    public long memoryBytes() {
        throw new UnsupportedOperationException();
    }

    /** Gives everything back. On the owning thread; may be repeated. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
