package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorException;
import java.util.Optional;

/**
 * What connectors keep between calls through {@code state-get} and its kin. Share one between all
 * instances that are to see each other's entries. Any thread; may block.
 */
public interface ConnectorState {
    /**
     * Names an entry.
     *
     * @param owner the connector and what the scope covers, so that no connector sees another's entries
     */
    record Key(String owner, String key) {}

    Optional<byte[]> get(Key key) throws ConnectorException;

    void put(Key key, byte[] value) throws ConnectorException;

    /** Stores {@code value} if the stored one equals {@code expected}; tells whether it did. */
    boolean compareAndSet(Key key, Optional<byte[]> expected, byte[] value) throws ConnectorException;
}
