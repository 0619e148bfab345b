package io.rapidbyte.state;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * State in an SQLite file: a write-ahead log, synced at each commit, so that what was confirmed outlives a power cut.
 * One connection, since SQLite has one writer; other processes may have theirs.
 */
final class SqliteDialect implements Dialect {
    /** "RBST"; tells our files from those of other programs. */
    static final int APPLICATION_ID = 0x52425354;

    /** How long a transaction waits for another process' to end. */
    private static final int BUSY_TIMEOUT_MS = 10_000;

    /** SQLITE_OPEN_READWRITE without SQLITE_OPEN_CREATE: a file that vanished is an error, not a fresh start. */
    private static final String OPEN_READ_WRITE = "2";

    private final Path file;

    SqliteDialect(Path file) {
        this.file = file;
    }

    @Override
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("open_mode", OPEN_READ_WRITE);
        Connection connection = new JDBC4Connection("jdbc:sqlite:" + file, file.toString(), properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + BUSY_TIMEOUT_MS);
            requireOurs(statement);
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA foreign_keys = ON");
            return connection;
        } catch (SQLException | StateException e) {
            connection.close();
            throw e;
        }
    }

    private void requireOurs(Statement statement) throws SQLException {
        if (number(statement, "PRAGMA application_id") == APPLICATION_ID) {
            return;
        }
        if (number(statement, "SELECT count(*) FROM sqlite_schema") > 0) {
            throw new StateException(
                    "state.foreign",
                    "the state file " + file + " is an SQLite database of another program; name another file");
        }
        statement.execute("PRAGMA application_id = " + APPLICATION_ID);
    }

    private static long number(Statement statement, String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }

    @Override
    public int maxConnections() {
        return 1;
    }

    @Override
    public String now() {
        return "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)";
    }

    @Override
    public String adapt(String statement) {
        return statement
                .replace("${long}", "INTEGER")
                .replace("${identity}", "INTEGER PRIMARY KEY AUTOINCREMENT")
                .replace("${blob}", "BLOB")
                .replace("${random}", "lower(hex(randomblob(16)))")
                .replace("${strict}", " STRICT");
    }

    /**
     * The driver stays in its auto-commit mode. Out of it, its {@code commit} begins the next
     * transaction at once and would keep other processes from writing until then.
     */
    @Override
    public void begin(Connection connection) throws SQLException {
        execute(connection, "BEGIN IMMEDIATE");
    }

    @Override
    public void commit(Connection connection) throws SQLException {
        try {
            execute(connection, "COMMIT");
        } catch (SQLException e) {
            undo(connection, e);
            throw e;
        }
    }

    /** A commit that failed may leave its transaction open. */
    private static void undo(Connection connection, SQLException cause) {
        try {
            execute(connection, "ROLLBACK");
        } catch (SQLException alreadyUndone) {
            cause.addSuppressed(alreadyUndone);
        }
    }

    /** Full disks and the like have rolled back already, and then there is nothing left to do. */
    @Override
    public void rollback(Connection connection) {
        try {
            execute(connection, "ROLLBACK");
        } catch (SQLException alreadyUndone) {
            // "cannot rollback - no transaction is active": as it should be
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** An immediate transaction keeps the others out. */
    @Override
    public void lockForMigration(Connection connection) {}

    @Override
    public String where() {
        return "the state file " + file;
    }

    @Override
    public StateException explain(SQLException e, String doing) {
        String what = "could not " + doing + " in " + where() + ": ";
        // the low byte is SQLite's primary result code, the rest details of it
        return switch (e.getErrorCode() & 0xFF) {
            case 5, 6 -> // SQLITE_BUSY, SQLITE_LOCKED
                new StateException(
                        "state.busy",
                        what + "another process has been writing to it for longer than " + BUSY_TIMEOUT_MS / 1000
                                + " s; try again once it is done",
                        true,
                        e);
            case 8 -> // SQLITE_READONLY
                new StateException(
                        "state.read-only",
                        what + "it may not be written; let this user write the file and its folder",
                        false,
                        e);
            case 3, 14, 23 -> // SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH
                new StateException(
                        "state.cannot-open",
                        what + "it cannot be opened; let this user read and write the file and its folder",
                        false,
                        e);
            case 13 -> // SQLITE_FULL
                new StateException(
                        "state.disk-full",
                        what + "the disk is full; nothing was saved: make room and run again",
                        false,
                        e);
            case 10 -> // SQLITE_IOERR
                new StateException(
                        "state.io",
                        what + "the disk reports an error (" + e.getMessage() + "); check the disk, nothing was saved",
                        false,
                        e);
            case 11 -> // SQLITE_CORRUPT
                new StateException(
                        "state.corrupt",
                        what + "the file is damaged; restore it from a backup. Without it every stream starts anew and"
                                + " rows may be doubled, so nothing else replaces it silently",
                        false,
                        e);
            case 26 -> // SQLITE_NOTADB
                new StateException(
                        "state.not-a-database",
                        what + "the file is no SQLite database; restore it from a backup or name another file",
                        false,
                        e);
            default -> new StateException("state.failed", what + e.getMessage(), false, e);
        };
    }
}
