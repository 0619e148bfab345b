package io.rapidbyte.arrow;

/** Bytes that claim to be an Arrow IPC stream and are not. */
public final class MalformedFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long offset;

    MalformedFrameException(String what, long offset) {
        super("not a sound Arrow IPC stream: " + what + ", at byte " + offset);
        this.offset = offset;
    }

    /** Where in the frame the fault was seen, in bytes from its first. */
    public long offset() {
        return offset;
    }
}
