package io.rapidbyte.wasm;

import java.util.List;

/** The guest trapped (or left by {@code proc_exit}). The instance is lost. */
public final class GuestTrap extends GuestException {
    private final List<GuestFrame> frames;

    GuestTrap(String message, List<GuestFrame> frames) {
        super(message, null);
        this.frames = List.copyOf(frames);
    }

    /** The guest's stack, innermost first; empty where it left by {@code proc_exit}. */
    public List<GuestFrame> frames() {
        return frames;
    }
}
