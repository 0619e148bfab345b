package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.AbiLimits;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What one instance is allowed.
 *
 * @param memoryBytesMax the limit of its linear memory; rounded down to whole pages of 64 KiB
 * @param limits what it may hand over in one call
 * @param time how long a call may take
 * @param environment the variables it sees; of the process's own it sees none
 * @param folders the folders it sees
 * @param output takes each line that the guest writes to stdout or stderr, without its end; called on
 *     the guest thread; must not throw
 */
public record GuestOptions(
        long memoryBytesMax,
        AbiLimits limits,
        TimeLimits time,
        Map<String, String> environment,
        List<Folder> folders,
        Consumer<String> output) {
    /** 256 MiB: a few batches of the largest default size, in every stage of their making. */
    public static final long DEFAULT_MEMORY_BYTES_MAX = 256L << 20;

    public GuestOptions {
        environment = Map.copyOf(environment);
        folders = List.copyOf(folders);
    }

    /** For a guest that sees nothing of the host, without limits of time. */
    public GuestOptions(long memoryBytesMax, AbiLimits limits, Consumer<String> output) {
        this(memoryBytesMax, limits, TimeLimits.NONE, Map.of(), List.of(), output);
    }

    public static GuestOptions defaults(Consumer<String> output) {
        return new GuestOptions(DEFAULT_MEMORY_BYTES_MAX, AbiLimits.DEFAULT, output);
    }
}
