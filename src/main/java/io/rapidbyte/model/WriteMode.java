package io.rapidbyte.model;

/** What becomes of the rows that the destination already has. */
public enum WriteMode {
    /** They stay; new rows are added. */
    APPEND,
    /** They give way to the new rows in one atomic step at the end of the load. */
    REPLACE,
    /** Rows with an equal key are updated, others added. */
    UPSERT
}
