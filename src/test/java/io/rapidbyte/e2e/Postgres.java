package io.rapidbyte.e2e;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL server of a test. One is shared by all tests of the JVM; each takes databases of its own. */
public final class Postgres implements AutoCloseable {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final Optional<Path> folder;
    private EmbeddedPostgres server;

    private Postgres(EmbeddedPostgres server, Optional<Path> folder) {
        this.server = server;
        this.folder = folder;
    }

    private static final class Shared {
        static final Postgres INSTANCE = start();
    }

    public static Postgres shared() {
        return Shared.INSTANCE;
    }

    /** A server that the caller may kill. */
    static Postgres start() {
        return start(Map.of());
    }

    /** The same with settings of its own beside. */
    static Postgres start(Map<String, String> settings) {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setServerConfig("max_connections", "60")
                .setServerConfig("wal_level", "logical")
                .setServerConfig("max_replication_slots", "40")
                .setServerConfig("max_prepared_transactions", "20");
        settings.forEach(builder::setServerConfig);
        try {
            return new Postgres(builder.start(), Optional.empty());
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL did not start", e);
        }
    }

    /**
     * A server that the caller may kill and {@link #restart}: what it has committed outlives it.
     *
     * @param folder for its data; the server makes it
     */
    public static Postgres start(Path folder) {
        return new Postgres(launch(folder, 0), Optional.of(folder));
    }

    /**
     * A server that speaks TLS and asks clients that show a certificate for one that is in {@code clients}.
     *
     * @param rules lines of {@code pg_hba.conf} before the server's own
     */
    static Postgres startWithTls(Path certificate, Path key, Path clients, String rules) {
        try {
            Postgres server = new Postgres(
                    EmbeddedPostgres.builder()
                            .setServerConfig("ssl", "on")
                            .setServerConfig("ssl_cert_file", certificate.toString())
                            .setServerConfig("ssl_key_file", key.toString())
                            .setServerConfig("ssl_ca_file", clients.toString())
                            .start(),
                    Optional.empty());
            server.allow(rules);
            return server;
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL did not start", e);
        }
    }

    private static EmbeddedPostgres launch(Path folder, int port) {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(folder)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setServerConfig("max_connections", "60")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("wal_level", "logical")
                    .setServerConfig("max_prepared_transactions", "20")
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL did not start", e);
        }
    }

    public int port() {
        return server.getPort();
    }

    public Database database() {
        String name = "db" + DATABASES.incrementAndGet();
        Database admin = new Database(this, "postgres");
        admin.execute("create database " + name);
        return new Database(this, name);
    }

    /** Makes {@code user} log in with a password, hashed by {@code method}: {@code md5} or {@code scram-sha-256}. */
    public void requirePassword(String user, String password, String method) {
        Database admin = new Database(this, "postgres");
        admin.execute("set password_encryption = '" + method + "'; create role " + user + " login password '" + password
                + "'");
        allow("host all " + user + " 127.0.0.1/32 " + method);
    }

    /** Puts lines of {@code pg_hba.conf} before those that are there. */
    private void allow(String lines) {
        Database admin = new Database(this, "postgres");
        Path rules = Path.of(admin.value("show hba_file"));
        try {
            Files.writeString(rules, lines + System.lineSeparator() + Files.readString(rules));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        admin.execute("select pg_reload_conf()");
    }

    /** Kills the server as a power cut would: no checkpoint, no goodbye to its clients. Returns when it is dead. */
    public void killNow() {
        Path data = folder.orElseGet(() -> Path.of(new Database(this, "postgres").value("show data_directory")));
        try {
            long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid"))
                    .getFirst()
                    .strip());
            ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
            List<ProcessHandle> all = new ArrayList<>(postmaster.descendants().toList());
            all.add(postmaster);
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(process -> process.onExit().join());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts a killed server again, on its data and at its port. Only for one that was started in a folder. */
    public void restart() {
        int port = port();
        close();
        server = launch(folder.orElseThrow(), port);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One database; every call is a connection of its own. */
    public record Database(Postgres server, String name) {

        public Connection connect() throws SQLException {
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + name + "?user=postgres");
        }

        public void execute(String... statements) {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The first column of every row, as PostgreSQL prints it. */
        public List<String> values(String query) {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(query)) {
                List<String> values = new ArrayList<>();
                while (rows.next()) {
                    values.add(String.valueOf(rows.getString(1)));
                }
                return values;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        public String value(String query) {
            return values(query).getFirst();
        }

        /** Count and order-free hash of a table's rows as text. */
        public String fingerprint(String table) {
            return value("select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from "
                    + table + " t");
        }

        /** Name, type and NOT NULL of every column, in order. */
        public List<String> columns(String table) {
            return values(
                    "select attname || ' ' || format_type(atttypid, atttypmod) || case when attnotnull then ' not null'"
                            + " else '' end from pg_attribute where attrelid = '" + table.replace("'", "''")
                            + "'::regclass and attnum > 0 and not attisdropped order by attnum");
        }
    }
}
