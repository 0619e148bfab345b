package io.rapidbyte.flow;

/**
 * What passed over an edge. {@code bytes} counts Arrow IPC bytes before compression.
 */
public record EdgeCounts(long batches, long rows, long bytes) {
    public static final EdgeCounts NONE = new EdgeCounts(0, 0, 0);

    EdgeCounts plus(Frame.Batch batch) {
        return new EdgeCounts(batches + 1, rows + batch.rows(), bytes + batch.ipcBytes());
    }

    /** Both together. */
    public EdgeCounts plus(EdgeCounts more) {
        return new EdgeCounts(batches + more.batches, rows + more.rows, bytes + more.bytes);
    }

    @Override
    public String toString() {
        return batches + " batches, " + rows + " rows, " + bytes + " bytes";
    }
}
