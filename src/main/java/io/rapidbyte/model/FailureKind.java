package io.rapidbyte.model;

/** One kind = one person who must act = one exit code of the command line. */
public enum FailureKind {
    /** A defect in Rapidbyte or in a connector. */
    INTERNAL(1),
    /** The command line itself. */
    USAGE(2),
    /** The pipeline file, a manifest or a connector's settings. */
    CONFIG(3),
    /** A table, column or type is not as it must be. */
    SCHEMA(4),
    /** The source could not be read. */
    SOURCE(5),
    /** The destination could not be written. */
    DESTINATION(6),
    /** Rapidbyte's own state could not be read or saved. */
    STATE(7),
    /** A transform could not do its work. */
    TRANSFORM(8),
    /** The user cancelled: 128 + SIGINT, as shells have it. */
    CANCELLED(130);

    private final int exitCode;

    FailureKind(int exitCode) {
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
