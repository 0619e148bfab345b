package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.ReturnedError;

/**
 * What the host does when a guest calls an import. Runs on the guest thread and may block; it is
 * interrupted when the instance is cancelled.
 *
 * @param <X> the checked exception that may end the guest's call
 */
@FunctionalInterface
public interface HostFunction<X extends Exception> {
    /**
     * Serves one call.
     *
     * @param args the lifted parameters; a {@code list<u8>} among them is a read-only view of guest
     *     memory, valid until this returns
     * @return the value to lower; {@link io.rapidbyte.wasm.abi.Unit#UNIT} if the function has no result
     * @throws ReturnedError to return the error case of the function's {@code result} type
     * @throws X ends the call of the export that the guest is in, and the instance with it; surfaces
     *     from there as it is
     */
    Object call(Object[] args) throws X, ReturnedError;
}
