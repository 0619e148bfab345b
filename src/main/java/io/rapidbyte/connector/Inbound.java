package io.rapidbyte.connector;

/** What a transform or a destination takes from its upstream. */
public sealed interface Inbound {
    /** One Arrow IPC stream. */
    record Batch(BatchBody body) implements Inbound {}

    /** A checkpoint barrier; only the end follows the {@code last}. */
    record Barrier(long id, String payload, boolean last) implements Inbound {}

    /** The clean end of the stream. A failed upstream is an exception, never this (I1). */
    record End() implements Inbound {}
}
