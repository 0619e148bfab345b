package io.rapidbyte.wasm;

/** The instance takes no more calls, because it was closed or an earlier call ended in a failure. */
public final class GuestUnusable extends GuestException {
    GuestUnusable(String message) {
        super(message, null);
    }
}
