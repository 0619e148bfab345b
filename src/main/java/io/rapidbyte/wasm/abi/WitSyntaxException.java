package io.rapidbyte.wasm.abi;

/** A WIT document that cannot be read, or uses a part of WIT that is not supported. */
public final class WitSyntaxException extends RuntimeException {
    private final int line;

    WitSyntaxException(int line, String problem) {
        super("line " + line + ": " + problem);
        this.line = line;
    }

    /** Counts from 1. */
    public int line() {
        return line;
    }
}
