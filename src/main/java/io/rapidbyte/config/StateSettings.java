package io.rapidbyte.config;

import java.util.Optional;

/**
 * Where a pipeline's cursors, runs and dead letters are kept.
 *
 * @param connection a file for {@link Backend#SQLITE}, a connection string for {@link Backend#POSTGRES};
 *     empty for SQLite in the place that the user's environment gives it
 */
public record StateSettings(Backend backend, Optional<String> connection) {
    /** What a file without {@code state} gets. */
    public static final StateSettings DEFAULT = new StateSettings(Backend.SQLITE, Optional.empty());

    /** The kind of store. */
    public enum Backend {
        SQLITE,
        POSTGRES
    }

    /** Without the connection string, which may hold a password (I31). */
    @Override
    public String toString() {
        return "StateSettings[backend=" + backend + "]";
    }
}
