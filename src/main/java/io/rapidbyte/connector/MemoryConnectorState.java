package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** For questions outside of runs, which leave nothing behind: forgets all with the object. Safe on any thread. */
public final class MemoryConnectorState implements ConnectorState {
    /** Over all entries, keys included; what is larger belongs into the connector's own systems. */
    public static final long MAX_TOTAL_BYTES = 64L << 20;

    private final Map<Key, byte[]> entries = new HashMap<>();
    private long totalBytes;

    @Override
    public synchronized Optional<byte[]> get(Key key) {
        return Optional.ofNullable(entries.get(key)).map(byte[]::clone);
    }

    @Override
    public synchronized void put(Key key, byte[] value) throws ConnectorException {
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

    @Override
    public synchronized boolean compareAndSet(Key key, Optional<byte[]> expected, byte[] value)
            throws ConnectorException {
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
