package io.rapidbyte.model;

/** How a run or a stream ended. */
public enum RunStatus {
    SUCCEEDED,
    FAILED,
    CANCELLED,
    /** A stream that never started, because the run ended first. */
    SKIPPED
}
