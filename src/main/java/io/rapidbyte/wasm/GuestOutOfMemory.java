package io.rapidbyte.wasm;

/** The guest needs more memory than its limit. The instance is lost, or was never made. */
public final class GuestOutOfMemory extends GuestException {
    private final long limitBytes;

    GuestOutOfMemory(String message, long limitBytes) {
        super(message, null);
        this.limitBytes = limitBytes;
    }

    public long limitBytes() {
        return limitBytes;
    }
}
