package io.rapidbyte.engine;

import java.util.List;

/**
 * What a verification does.
 *
 * @param streams names as the pipeline has them; none means all
 * @param countOnly whether rows are counted and not compared
 */
public record VerifyOptions(List<String> streams, boolean countOnly, Repair repair) {
    public static final VerifyOptions DEFAULT = new VerifyOptions(List.of(), false, Repair.NONE);

    /** What may be changed at the target. */
    public enum Repair {
        NONE,
        /** Missing and differing rows are written; what only the target has stays. */
        WRITE,
        /** And rows that the source does not have are deleted. */
        WRITE_AND_DELETE
    }

    public VerifyOptions {
        streams = List.copyOf(streams);
    }
}
