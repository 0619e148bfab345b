package io.rapidbyte.state;

import io.rapidbyte.model.RunStatus;

/** Where a run stands. */
public enum RunState {
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED,
    /** Its process ended without a word; a later run found that out. */
    INTERRUPTED,
    SKIPPED;

    static RunState of(RunStatus status) {
        return switch (status) {
            case SUCCEEDED -> SUCCEEDED;
            case FAILED -> FAILED;
            case CANCELLED -> CANCELLED;
            case SKIPPED -> SKIPPED;
        };
    }
}
