package io.rapidbyte.cli;

/** The command line. */
public final class Cli {
    private Cli() {}

    /** On this process's streams and environment. */
    public static Cli system() {
        return new Cli();
    }

    /** Runs one command line; the exit code. */
    public int run(String... args) {
        System.err.println("rapidbyte " + String.join(" ", args));
        return 0;
    }
}
