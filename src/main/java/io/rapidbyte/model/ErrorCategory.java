package io.rapidbyte.model;

/** Who has to act on an error. */
public enum ErrorCategory {
    CONFIG,
    AUTH,
    PERMISSION,
    RATE_LIMIT,
    TRANSIENT_NETWORK,
    TRANSIENT_DB,
    DATA,
    SCHEMA,
    CANCELLED,
    INTERNAL
}
