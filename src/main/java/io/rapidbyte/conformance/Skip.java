package io.rapidbyte.conformance;

/** Ends a clause without a verdict. The message says what it would take. */
final class Skip extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Skip(String message) {
        super(message);
    }
}
