package io.rapidbyte.wasm.abi;

/**
 * Thrown by a host function, or by a {@link ByteProducer} in its result, to make the import return
 * {@code err(value)} to the guest. Only for imports whose result is a {@code result}. Carries no stack
 * trace: it is a way to return, not a defect.
 */
public final class ReturnedError extends Exception {
    private final transient Object value;

    public ReturnedError(Object value) {
        super("an error value for the guest: " + value, null, false, false);
        this.value = value;
    }

    public Object value() {
        return value;
    }
}
