package io.rapidbyte.state;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;

/** Brings tables to the form this version knows, all or nothing. Blocks; two processes may do it at once. */
final class Migrations {
    /** In order; the first is version 1. A released one never changes: its checksum is stored with the state. */
    private static final List<String> NAMES = List.of("001-first", "002-identity", "003-cursor-field", "004-replays");

    private final Dialect dialect;
    private final List<String> scripts;

    Migrations(Dialect dialect) {
        this(dialect, all());
    }

    Migrations(Dialect dialect, List<String> scripts) {
        this.dialect = dialect;
        this.scripts = List.copyOf(scripts);
    }

    static List<String> all() {
        return NAMES.stream().map(Migrations::read).toList();
    }

    void apply(Connection connection) throws SQLException {
        dialect.begin(connection);
        try {
            dialect.lockForMigration(connection);
            try (Statement statement = connection.createStatement()) {
                statement.execute(dialect.adapt("CREATE TABLE IF NOT EXISTS migrations ("
                        + "version ${long} NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, applied_at ${long} NOT NULL)"
                        + "${strict}"));
            }
            for (int version = verified(connection) + 1; version <= scripts.size(); version++) {
                apply(connection, version);
            }
        } catch (SQLException | RuntimeException e) {
            dialect.rollback(connection);
            throw e;
        }
        dialect.commit(connection);
    }

    /** The version that the tables have. */
    private int verified(Connection connection) throws SQLException {
        int applied = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT version, checksum FROM migrations ORDER BY version")) {
            while (rows.next()) {
                int version = rows.getInt(1);
                if (version > scripts.size()) {
                    throw new StateException(
                            "state.newer",
                            dialect.where() + " was written by a newer version of Rapidbyte (schema " + version
                                    + ", this one knows " + scripts.size()
                                    + "): run that version, or name another state");
                }
                if (version != ++applied || !rows.getString(2).equals(checksum(scripts.get(version - 1)))) {
                    throw new StateException(
                            "state.migration-changed",
                            dialect.where() + " has a schema " + version
                                    + " that is not this version's: it was written by another build of Rapidbyte or"
                                    + " altered by hand; run that build, or restore a backup");
                }
            }
        }
        return applied;
    }

    private void apply(Connection connection, int version) throws SQLException {
        String script = scripts.get(version - 1);
        try (Statement statement = connection.createStatement()) {
            for (String part : script.split(";\\R", -1)) {
                if (!part.isBlank()) {
                    statement.execute(dialect.adapt(part));
                }
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO migrations (version, checksum, applied_at) VALUES (?, ?, " + dialect.now() + ")")) {
            insert.setInt(1, version);
            insert.setString(2, checksum(script));
            insert.executeUpdate();
        }
    }

    private static String read(String name) {
        try (InputStream in = Migrations.class.getResourceAsStream(name + ".sql")) {
            if (in == null) {
                throw new IllegalStateException("migration " + name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String checksum(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
