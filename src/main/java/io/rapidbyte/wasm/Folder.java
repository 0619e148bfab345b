package io.rapidbyte.wasm;

import java.nio.file.Path;

/**
 * A folder of the host that a guest sees.
 *
 * @param guestPath where the guest sees it: absolute, of plain names, such as {@code /certs}
 * @param hostPath the folder itself
 * @param writable whether the guest may change what is in it
 */
public record Folder(String guestPath, Path hostPath, boolean writable) {
    private static final String NAMES = "(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}){1,8}";

    public Folder {
        if (!isGuestPath(guestPath)) {
            throw new IllegalArgumentException("no path of plain names: " + guestPath);
        }
    }

    /** Whether guests can be shown something there: nothing in the path may mean more than it says. */
    public static boolean isGuestPath(String path) {
        return path.matches(NAMES);
    }
}
