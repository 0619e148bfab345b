package io.rapidbyte.engine;

import java.util.List;

/**
 * Which dead letters to replay, and how.
 *
 * @param streams of these alone; of all if empty
 * @param ids these alone; all if empty
 * @param overwrite whether a row may take the place of one that has its key by now; only where the pipeline upserts
 */
public record ReplayOptions(List<String> streams, List<Long> ids, boolean overwrite) {
    /** All of the pipeline's dead letters, overwriting nothing. */
    public static final ReplayOptions ALL = new ReplayOptions(List.of(), List.of(), false);

    public ReplayOptions {
        streams = List.copyOf(streams);
        ids = List.copyOf(ids);
    }
}
