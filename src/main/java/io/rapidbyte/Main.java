package io.rapidbyte;

import io.rapidbyte.cli.Cli;
import io.rapidbyte.wasm.GuestEngine;
import java.util.Arrays;
import java.util.Set;

/** Starts the command line. */
public final class Main {
    /** The commands that run guests. */
    private static final Set<String> GUEST_COMMANDS =
            Set.of("run", "check", "verify", "discover", "serve", "demo", "connector");

    private Main() {}

    public static void main(String[] args) {
        if (Arrays.stream(args).anyMatch(GUEST_COMMANDS::contains)) {
            // Takes as long as all else that stands between the command line and the first row.
            Thread.ofPlatform().daemon().name("guest engine").start(GuestEngine::shared);
        }
        System.exit(Cli.system().run(args));
    }
}
