package io.rapidbyte.model;

/** How batches are compressed between stages. */
public enum Compression {
    NONE,
    LZ4,
    /** Level 1. */
    ZSTD
}
