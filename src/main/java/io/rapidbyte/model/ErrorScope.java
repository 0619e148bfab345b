package io.rapidbyte.model;

/** How much an error concerns. */
public enum ErrorScope {
    PER_STREAM,
    PER_BATCH,
    PER_RECORD
}
