package io.rapidbyte.engine;

import java.util.List;

/**
 * What a replay would take.
 *
 * @param streams that have any of the dead letters asked for; those of the pipeline first, in its order
 */
public record ReplayPreview(List<Stream> streams) {
    public ReplayPreview {
        streams = List.copyOf(streams);
    }

    /** How many dead letters would be replayed. */
    public long letters() {
        return streams.stream().mapToLong(Stream::letters).sum();
    }

    /**
     * One stream.
     *
     * @param letters how many would be replayed
     * @param unfinished how many are left out because their load has not replaced the table yet
     * @param obsolete how many are left out because a later load has read the table again
     * @param foreign how many are left out because the pipeline does not have the stream any more
     */
    public record Stream(String streamName, long letters, long unfinished, long obsolete, long foreign) {}
}
