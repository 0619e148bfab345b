package io.rapidbyte.flow;

/**
 * How much may be under way on one edge: sent and not yet consumed. Both ends are given the same one.
 *
 * @param frames batches and barriers together; at least 1
 * @param bytes off-heap bytes those frames occupy; one larger frame may pass while the edge is empty
 */
public record EdgeWindow(int frames, long bytes) {

    /** 32 MiB: eight batches of the default size, enough that neither side waits for a wake-up. */
    public static final long DEFAULT_BYTES = 32L << 20;

    /**
     * The most frames a window can have. The inlet's queue is as large as the window, so it needs a
     * bound that does not come from a pipeline file.
     */
    public static final int MAX_FRAMES = 1024;

    public EdgeWindow {
        if (frames < 1 || frames > MAX_FRAMES) {
            throw new IllegalArgumentException("an edge holds 1 to " + MAX_FRAMES + " frames, not " + frames);
        }
        if (bytes < 1) {
            throw new IllegalArgumentException("an edge holds at least one byte, not " + bytes);
        }
    }
}
