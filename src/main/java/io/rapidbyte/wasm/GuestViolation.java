package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.AbiException;

/** The guest broke the canonical ABI, for instance with a pointer out of bounds. The instance is lost. */
public final class GuestViolation extends GuestException {
    private final String function;
    private final String path;

    GuestViolation(String function, AbiException cause) {
        super("the guest broke the ABI in " + function + ": " + cause.getMessage(), cause);
        this.function = function;
        this.path = cause.path();
    }

    GuestViolation(String function, String problem) {
        super("the guest broke the ABI in " + function + ": " + problem, null);
        this.function = function;
        this.path = "";
    }

    /** The import or export being called, such as {@code host#emit-batch}. */
    public String function() {
        return function;
    }

    /** Where in the parameters or the result; empty where it is about no value. */
    public String path() {
        return path;
    }
}
