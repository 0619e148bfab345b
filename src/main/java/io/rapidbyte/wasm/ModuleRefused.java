package io.rapidbyte.wasm;

import org.jspecify.annotations.Nullable;

/** The bytes are not a module that this host can run; the message says why. Replace the file. */
public final class ModuleRefused extends GuestException {
    ModuleRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    ModuleRefused(String message) {
        this(message, null);
    }
}
