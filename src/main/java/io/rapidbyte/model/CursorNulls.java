package io.rapidbyte.model;

/** What an incremental read does with rows whose cursor is NULL (I13). */
public enum CursorNulls {
    /** Leaves them out. */
    EXCLUDE,
    /** Reads them on the first run, when there is no value to go on from. */
    INCLUDE_ONCE,
    /** Fails if there are any. */
    FAIL
}
