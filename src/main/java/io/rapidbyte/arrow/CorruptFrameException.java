package io.rapidbyte.arrow;

/** Compressed bytes that do not decompress to what was compressed. */
public final class CorruptFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    CorruptFrameException(String message) {
        super(message);
    }

    CorruptFrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
