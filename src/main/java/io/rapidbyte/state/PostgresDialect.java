package io.rapidbyte.state;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.Driver;

/** State in a schema of a PostgreSQL database, shared by hosts. */
final class PostgresDialect implements Dialect {
    /** Streams save their frontiers side by side; each holds a connection for a few milliseconds. */
    private static final int MAX_CONNECTIONS = 4;

    private static final String CONNECT_TIMEOUT_SECONDS = "10";

    /** A server that says nothing for so long is gone; without a limit a guest thread would wait for ever. */
    private static final String SOCKET_TIMEOUT_SECONDS = "60";

    /** "rapidbyt": the lock that serialises migrations. */
    private static final long MIGRATION_LOCK = 0x7261_7069_6462_7974L;

    private final PostgresLocation location;

    PostgresDialect(PostgresLocation location) {
        this.location = location;
    }

    @Override
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        location.user().ifPresent(user -> properties.setProperty("user", user));
        location.password().ifPresent(password -> properties.setProperty("password", password));
        location.sslmode().ifPresent(mode -> properties.setProperty("sslmode", mode));
        properties.setProperty("currentSchema", quoted(location.schema()));
        properties.setProperty("ApplicationName", "rapidbyte state");
        properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        properties.setProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        Connection connection = new Driver().connect(url(), properties);
        if (connection == null) {
            throw new SQLException("the driver does not know its own kind of URL");
        }
        return connection;
    }

    private String url() {
        String host = location.host();
        boolean bareV6 = host.contains(":") && !host.startsWith("[");
        return "jdbc:postgresql://" + (bareV6 ? "[" + host + "]" : host) + ":" + location.port() + "/"
                + URLEncoder.encode(location.database(), StandardCharsets.UTF_8);
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public int maxConnections() {
        return MAX_CONNECTIONS;
    }

    @Override
    public String now() {
        return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
    }

    @Override
    public String adapt(String statement) {
        return statement
                .replace("${long}", "BIGINT")
                .replace("${identity}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
                .replace("${blob}", "BYTEA")
                .replace("${random}", "md5(random()::text || random()::text || clock_timestamp()::text)")
                .replace("${strict}", "");
    }

    @Override
    public void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
    }

    @Override
    public void commit(Connection connection) throws SQLException {
        try {
            connection.commit();
        } finally {
            endTransaction(connection);
        }
    }

    @Override
    public void rollback(Connection connection) throws SQLException {
        try {
            connection.rollback();
        } finally {
            endTransaction(connection);
        }
    }

    private static void endTransaction(Connection connection) throws SQLException {
        if (!connection.isClosed()) {
            connection.setAutoCommit(true);
        }
    }

    /** The schema is made here, since to make one "if it does not exist" asks for the right to make one. */
    @Override
    public void lockForMigration(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                PreparedStatement schema =
                        connection.prepareStatement("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ?")) {
            statement.execute("SELECT pg_advisory_xact_lock(" + MIGRATION_LOCK + ")");
            schema.setString(1, location.schema());
            if (!schema.executeQuery().next()) {
                statement.execute("CREATE SCHEMA " + quoted(location.schema()));
            }
        }
    }

    @Override
    public String where() {
        return "the state database " + location;
    }

    @Override
    public StateException explain(SQLException e, String doing) {
        String what = "could not " + doing + " in " + where() + ": ";
        String sqlState = e.getSQLState() == null ? "" : e.getSQLState();
        if (sqlState.startsWith("08") || sqlState.startsWith("57P")) {
            return new StateException(
                    "state.unreachable",
                    what + e.getMessage()
                            + "; nothing is known to be saved: see whether the server runs, and run again",
                    true,
                    e);
        }
        if (sqlState.startsWith("40") || sqlState.startsWith("55P")) {
            return new StateException("state.busy", what + e.getMessage() + "; run again", true, e);
        }
        if (sqlState.startsWith("28")) {
            return new StateException("state.login", what + e.getMessage() + "; check user and password", false, e);
        }
        if (sqlState.equals("42501") || sqlState.equals("25006")) {
            return new StateException(
                    "state.read-only",
                    what + e.getMessage() + "; the user needs to own the schema, or to be allowed to make it",
                    false,
                    e);
        }
        if (sqlState.equals("53100")) {
            return new StateException(
                    "state.disk-full",
                    what + "the server's disk is full; nothing was saved: make room and run again",
                    false,
                    e);
        }
        if (sqlState.equals("3D000")) {
            return new StateException("state.cannot-open", what + e.getMessage() + "; create it first", false, e);
        }
        if (sqlState.startsWith("XX")) {
            return new StateException(
                    "state.corrupt", what + e.getMessage() + "; the server's data is damaged", false, e);
        }
        return new StateException("state.failed", what + e.getMessage(), false, e);
    }
}
