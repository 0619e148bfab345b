package io.rapidbyte;

import io.rapidbyte.cli.Cli;

/** Starts the command line. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(Cli.system().run(args));
    }
}
