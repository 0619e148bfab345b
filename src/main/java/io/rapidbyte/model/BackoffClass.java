package io.rapidbyte.model;

/** How long to wait before the first retry: 100 ms, 1 s or 5 s; doubled for each further attempt. */
public enum BackoffClass {
    FAST,
    NORMAL,
    SLOW
}
