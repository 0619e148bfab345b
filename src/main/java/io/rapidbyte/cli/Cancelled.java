package io.rapidbyte.cli;

/** A person or a signal ended the wait. */
final class Cancelled extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Cancelled(InterruptedException cause) {
        super("cancelled", cause);
    }
}
