package io.rapidbyte.conformance;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Rows summed up: how many, which, in which order. Takes no memory for them.
 *
 * @param set changes with every row, whatever the order
 * @param sequence changes with every row and with their order
 */
record Rows(long count, long set, long sequence) {
    static final Rows NONE = new Rows(0, 0, 0);

    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    Rows plus(byte[] row) {
        long hash = hash(row);
        return new Rows(count + 1, set + hash, sequence * FACTOR + hash);
    }

    /** Both, as if read one after the other; the order is not known any more. */
    boolean areTogether(Rows first, Rows second) {
        return count == first.count + second.count && set == first.set + second.set;
    }

    private static long hash(byte[] row) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(row))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
