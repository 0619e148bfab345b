package io.rapidbyte.flow;

/**
 * Names one edge: the way from one stage to the next within one attempt at one stream of a run. The only place
 * where an edge's bus addresses are built; they are local to the node.
 *
 * @param runId unique in the process
 * @param streamIndex place of the stream in the pipeline, from 0
 * @param attempt at the stream, from 1: a late frame of one attempt never reaches the next
 * @param edgeIndex place of the edge in the stream, from 0 at the source
 */
public record EdgeAddress(String runId, int streamIndex, int attempt, int edgeIndex) {

    /** Frames, from the outlet to the inlet. */
    String data() {
        return base() + ".data";
    }

    /** {@link Credit}s, from the inlet to the outlet. */
    String credit() {
        return base() + ".credit";
    }

    /** An outlet's question how far it may send; answered on {@link #credit()}. */
    String poll() {
        return base() + ".poll";
    }

    private String base() {
        return "rapidbyte.run." + runId + ".stream." + streamIndex + ".attempt." + attempt + ".edge." + edgeIndex;
    }

    @Override
    public String toString() {
        return base();
    }
}
