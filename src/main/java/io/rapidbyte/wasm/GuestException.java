package io.rapidbyte.wasm;

import org.jspecify.annotations.Nullable;

/** What can go wrong with a guest. One variant for each thing that somebody may want to do about it. */
public abstract sealed class GuestException extends RuntimeException
        permits ModuleRefused,
                LinkFailed,
                GuestTrap,
                GuestStackOverflow,
                GuestOutOfMemory,
                GuestViolation,
                GuestCancelled,
                GuestOvertime,
                GuestUnusable {
    GuestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
