package io.rapidbyte.crash;

/** What is peculiar to a {@link Scene}. */
enum Variant {
    /** Nothing: the table is there, and takes every row. */
    PLAIN,
    /** The table refuses some rows, which become dead letters. */
    BAD_ROWS,
    /** The first run makes the table. */
    NO_TABLE,
    /** The table lacks columns, which the first run adds. */
    NARROW_TABLE,
    /** A view hangs on the table, so that a replacement fills it anew instead of swapping it. */
    KEPT_TABLE,
    /** The answer to each run's first COMMIT is lost, so that each run needs a second attempt. */
    LOST_ANSWERS,
    /** The state lies in a PostgreSQL. */
    STATE_SERVER;

    boolean badRows() {
        return this == BAD_ROWS;
    }
}
