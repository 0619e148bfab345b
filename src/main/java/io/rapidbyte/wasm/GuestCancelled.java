package io.rapidbyte.wasm;

import org.jspecify.annotations.Nullable;

/** The instance was cancelled, before or during the call. */
public final class GuestCancelled extends GuestException {
    GuestCancelled(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
