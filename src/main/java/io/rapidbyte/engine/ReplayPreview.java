package io.rapidbyte.engine;

import java.util.ArrayList;
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
    public record Stream(String streamName, long letters, long unfinished, long obsolete, long foreign) {

        /** What is left out and why, a line for each reason; for people. */
        public List<String> leftOut() {
            List<String> lines = new ArrayList<>();
            leftOut(lines, unfinished, "their load has not replaced the table yet: run the pipeline first");
            leftOut(lines, obsolete, "a later load has read the table again");
            leftOut(lines, foreign, "the pipeline does not have this stream any more");
            return lines;
        }

        private static void leftOut(List<String> lines, long count, String why) {
            if (count > 0) {
                lines.add(count + " left out, since " + why);
            }
        }
    }
}
