package io.rapidbyte.state;

/**
 * A dead letter without its row: enough to decide whether to replay it.
 *
 * @param rowChars length of the row as text
 */
public record KeptLetter(long id, String stream, long rowChars, Standing standing) {
    /** Whether the row belongs into the table as it is now. */
    public enum Standing {
        /** It does, and is missing there. */
        MISSING,
        /** Its load replaces the table and has not done so yet: the row would go with the old table. */
        UNFINISHED,
        /** A later load has read the table again, or the row's own load was given up. */
        OBSOLETE
    }
}
