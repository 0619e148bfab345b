package io.rapidbyte.state;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What connectors keep for next time, as bytes under a key of an owner. */
final class ConnectorEntries {
    private static final String PUT = "INSERT INTO connector_entries (owner, entry_key, entry_value) VALUES (?, ?, ?)"
            + " ON CONFLICT (owner, entry_key) DO UPDATE SET entry_value = excluded.entry_value";
    private static final String PUT_IF_ABSENT = "INSERT INTO connector_entries (owner, entry_key, entry_value)"
            + " VALUES (?, ?, ?) ON CONFLICT (owner, entry_key) DO NOTHING";
    private static final String SWAP =
            "UPDATE connector_entries SET entry_value = ?" + " WHERE owner = ? AND entry_key = ? AND entry_value = ?";
    private static final String USED =
            "SELECT CAST(coalesce(sum(length(entry_key) + length(entry_value)), 0) AS BIGINT)"
                    + " AS used FROM connector_entries WHERE owner = ? AND entry_key <> ?";

    private ConnectorEntries() {}

    static Future<Optional<byte[]>> get(Sql sql, String owner, String key) {
        return sql.first("SELECT entry_value FROM connector_entries WHERE owner = ? AND entry_key = ?", owner, key)
                .map(row -> row.map(ConnectorEntries::bytes));
    }

    /** The client gives bytes in one form or the other, by what the driver says of the column's type. */
    private static byte[] bytes(Row row) {
        return row.getValue("entry_value") instanceof Buffer buffer
                ? buffer.getBytes()
                : (byte[]) row.getValue("entry_value");
    }

    static Future<Void> put(Sql sql, String owner, String key, byte[] value) {
        return requireRoom(sql, owner, key, value)
                .compose(room -> sql.update(PUT, owner, key, value))
                .mapEmpty();
    }

    /** Stores {@code value} if the stored one equals {@code expected}; tells whether it did. */
    static Future<Boolean> compareAndSet(Sql sql, String owner, String key, Optional<byte[]> expected, byte[] value) {
        return requireRoom(sql, owner, key, value)
                .compose(room -> expected.isPresent()
                        ? sql.update(SWAP, value, owner, key, expected.get())
                        : sql.update(PUT_IF_ABSENT, owner, key, value))
                .map(changed -> changed == 1);
    }

    private static Future<Void> requireRoom(Sql sql, String owner, String key, byte[] value) {
        int keyBytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (keyBytes == 0 || keyBytes > StateStore.MAX_ENTRY_KEY_BYTES) {
            return Future.failedFuture(new StateException(
                    "state.entry-size",
                    "a key of a connector's entry has 1 to " + StateStore.MAX_ENTRY_KEY_BYTES + " bytes, not "
                            + keyBytes));
        }
        if (value.length > StateStore.MAX_ENTRY_VALUE_BYTES) {
            return Future.failedFuture(new StateException(
                    "state.entry-size",
                    "a value of a connector's entry has at most " + StateStore.MAX_ENTRY_VALUE_BYTES + " bytes, not "
                            + value.length));
        }
        return sql.first(USED, owner, key).map(row -> {
            long total = row.orElseThrow().getLong("used") + keyBytes + value.length;
            if (total > StateStore.MAX_OWNER_BYTES) {
                throw new StateException(
                        "state.full",
                        "the connector keeps more than " + StateStore.MAX_OWNER_BYTES + " bytes of state under "
                                + owner.replace('\n', '/') + "; let it store less");
            }
            return null;
        });
    }
}
