package io.rapidbyte.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether a person watches. */
final class Tty {
    private Tty() {}

    /** True if standard error is a terminal that can redraw a line. */
    static boolean errorIsTerminal() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        // Console.isTerminal asks about stdin and stdout, which a user may well redirect
        Path errorStream = Path.of("/proc/self/fd/2");
        if (Files.isSymbolicLink(errorStream)) {
            try {
                String device = Files.readSymbolicLink(errorStream).toString();
                return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
            } catch (IOException e) {
                return false;
            }
        }
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }
}
