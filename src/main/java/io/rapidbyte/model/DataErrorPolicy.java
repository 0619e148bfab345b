package io.rapidbyte.model;

/** What happens to a row that cannot be read, converted or stored. */
public enum DataErrorPolicy {
    FAIL,
    SKIP,
    DLQ
}
