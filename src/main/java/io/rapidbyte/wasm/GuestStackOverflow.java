package io.rapidbyte.wasm;

import java.util.List;

/** The guest recursed until its thread's stack was used up. The instance is lost. */
public final class GuestStackOverflow extends GuestException {
    private final List<GuestFrame> frames;

    GuestStackOverflow(String message, List<GuestFrame> frames) {
        super(message, null);
        this.frames = List.copyOf(frames);
    }

    /** The innermost frames. */
    public List<GuestFrame> frames() {
        return frames;
    }
}
