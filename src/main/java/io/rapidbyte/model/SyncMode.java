package io.rapidbyte.model;

/** How a stream is read. */
public enum SyncMode {
    /** The whole table, in one snapshot. */
    FULL_REFRESH,
    /** The rows past the stored cursor. */
    INCREMENTAL,
    /** The changes of a replication slot. */
    CDC;

    /** Whether barriers carry a cursor's value, which is kept from run to run. */
    public boolean hasCursor() {
        return this != FULL_REFRESH;
    }
}
