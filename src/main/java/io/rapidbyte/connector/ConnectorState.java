package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What connectors keep between calls through {@code state-get} and its kin, in memory. Share one
 * between all instances that are to see each other's entries. Safe on any thread.
 */
public final class ConnectorState {
    /** Over all entries, keys included; what is larger belongs into the connector's own systems. */
    public static final long MAX_TOTAL_BYTES = 64L << 20;

    /**
     * Names an entry.
     *
     * @param owner the connector and what the scope covers, so that no connector sees another's entries
     */
    record Key(String owner, String key) {}

    private final Map<Key, byte[]> entries = new HashMap<>();
    private long totalBytes;

    synchronized Optional<byte[]> get(Key key) {
        return Optional.ofNullable(entries.get(key)).map(byte[]::clone);
    }

    synchronized void put(Key key, byte[] value) throws ConnectorException {
        byte[] before = entries.get(key);
        long added = before == null ? value.length + keyBytes(key) : value.length - before.length;
        long total = totalBytes + added;
        if (total > MAX_TOTAL_BYTES) {
            throw new ConnectorException(ConnectorError.permanent(
                    ErrorCategory.INTERNAL,
                    "state.full",
                    "state-put: the connectors of this process keep more than " + MAX_TOTAL_BYTES
                            + " bytes of state; let the connector store less"));
        }
        entries.put(key, value.clone());
        totalBytes = total;
    }

    /** Stores {@code value} if the stored one equals {@code expected}; tells whether it did. */
    synchronized boolean compareAndSet(Key key, Optional<byte[]> expected, byte[] value) throws ConnectorException {
        byte[] before = entries.get(key);
        boolean equal =
                before == null ? expected.isEmpty() : expected.isPresent() && Arrays.equals(before, expected.get());
        if (equal) {
            put(key, value);
        }
        return equal;
    }

    /** Two bytes a character, as the heap holds them at worst. */
    private static long keyBytes(Key key) {
        return 2L * (key.owner().length() + key.key().length());
    }
}
