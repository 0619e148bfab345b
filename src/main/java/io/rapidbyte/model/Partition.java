package io.rapidbyte.model;

/** The slice of a stream that one instance reads. */
public record Partition(int index, int count, Strategy strategy) {
    public enum Strategy {
        /** Ranges of the primary key. */
        KEY_RANGE,
        /** Ranges of physical row addresses. */
        CTID
    }
}
