package io.rapidbyte.model;

/** What is known of the destination's transaction when an error occurred (I10). */
public enum CommitState {
    BEFORE_COMMIT,
    AFTER_COMMIT_UNKNOWN,
    AFTER_COMMIT_CONFIRMED
}
