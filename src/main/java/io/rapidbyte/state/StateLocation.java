package io.rapidbyte.state;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Where state lies. */
public sealed interface StateLocation permits StateLocation.SqliteFile, PostgresLocation {

    /** A file of its own; it and its folder are made if missing. */
    record SqliteFile(Path path) implements StateLocation {
        public SqliteFile {
            path = path.toAbsolutePath().normalize();
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * Reads what a user wrote: {@code postgresql://user:password@host:port/database?schema=name}, the
     * same as {@code key=value} pairs, or else the path of a file.
     *
     * @throws StateException if it is meant for PostgreSQL and cannot be read as such
     */
    static StateLocation of(String text) {
        return PostgresLocation.looksLike(text) ? PostgresLocation.of(text) : new SqliteFile(Path.of(text));
    }

    /** {@code state.db} in {@link #folderOfUser}. */
    static StateLocation ofUser(Map<String, String> environment) {
        return new SqliteFile(folderOfUser(environment).resolve("state.db"));
    }

    /** Ours in the folder where the user's programs keep their data. */
    static Path folderOfUser(Map<String, String> environment) {
        return dataFolder(environment).resolve("rapidbyte");
    }

    private static Path dataFolder(Map<String, String> environment) {
        String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
        if (!xdg.isBlank() && Path.of(xdg).isAbsolute()) {
            return Path.of(xdg);
        }
        Path home = Path.of(System.getProperty("user.home"));
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        return mac
                ? home.resolve("Library").resolve("Application Support")
                : home.resolve(".local").resolve("share");
    }
}
