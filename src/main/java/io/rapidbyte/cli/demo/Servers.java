package io.rapidbyte.cli.demo;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The two servers and their databases; the data lies in a temporary folder that goes with them. */
final class Servers implements AutoCloseable {
    static final String SHOP = "shop";
    static final String WAREHOUSE = "warehouse";

    /** Those the pipeline file names; away from PostgreSQL's own, which a developer's server may hold. */
    static final int SHOP_PORT = 55431;

    static final int WAREHOUSE_PORT = 55432;

    private final EmbeddedPostgres shopServer;
    private final EmbeddedPostgres warehouseServer;

    /** Held while the servers run. */
    private final Optional<FileChannel> claim;

    private Servers(EmbeddedPostgres shopServer, EmbeddedPostgres warehouseServer, Optional<FileChannel> claim) {
        this.shopServer = shopServer;
        this.warehouseServer = warehouseServer;
        this.claim = claim;
    }

    static Servers start() throws IOException, SQLException {
        Optional<FileChannel> claim = claimPorts();
        boolean alone = claim.isPresent();
        CompletableFuture<EmbeddedPostgres> shop = CompletableFuture.supplyAsync(() -> start(SHOP_PORT, alone));
        CompletableFuture<EmbeddedPostgres> warehouse =
                CompletableFuture.supplyAsync(() -> start(WAREHOUSE_PORT, alone));
        try {
            CompletableFuture.allOf(shop, warehouse).join();
        } catch (CompletionException e) {
            closeIfStarted(shop);
            closeIfStarted(warehouse);
            throw new IOException("the demo's PostgreSQL servers did not start", e.getCause());
        }
        Servers servers = new Servers(shop.join(), warehouse.join(), claim);
        createDatabase(servers.shopServer, SHOP);
        createDatabase(servers.warehouseServer, WAREHOUSE);
        return servers;
    }

    private static EmbeddedPostgres start(int wishedPort, boolean wishGranted) {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
            return wishGranted && isFree(wishedPort)
                    ? builder.setPort(wishedPort).start()
                    : builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A claim to the wished ports; empty if another demo has it. Looking whether a port is free is not enough:
     * two demos that start together both find it so, and one would fill the other's server. The system gives
     * the claim back when the process ends.
     */
    private static Optional<FileChannel> claimPorts() throws IOException {
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "rapidbyte-demo-" + SHOP_PORT + ".lock");
        if (Files.exists(file) && !Files.isWritable(file)) {
            return Optional.empty();
        }
        FileChannel claim = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (claim.tryLock() == null) {
            claim.close();
            return Optional.empty();
        }
        return Optional.of(claim);
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void closeIfStarted(CompletableFuture<EmbeddedPostgres> server) throws IOException {
        if (!server.isCompletedExceptionally()) {
            server.join().close();
        }
    }

    private static void createDatabase(EmbeddedPostgres server, String name) throws SQLException {
        try (Connection connection = connect(server, "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
    }

    private static Connection connect(EmbeddedPostgres server, String database) throws SQLException {
        return DriverManager.getConnection(server.getJdbcUrl("postgres", database));
    }

    Connection shop() throws SQLException {
        return connect(shopServer, SHOP);
    }

    Connection warehouse() throws SQLException {
        return connect(warehouseServer, WAREHOUSE);
    }

    int shopPort() {
        return shopServer.getPort();
    }

    int warehousePort() {
        return warehouseServer.getPort();
    }

    /** What to write before a command so that it finds the servers; nothing where they have the ports they wished for. */
    String environmentForUsers() {
        return shopPort() == SHOP_PORT && warehousePort() == WAREHOUSE_PORT
                ? ""
                : "SHOP_PORT=" + shopPort() + " WAREHOUSE_PORT=" + warehousePort() + " ";
    }

    @Override
    public void close() throws IOException {
        try (shopServer;
                warehouseServer) {
            if (claim.isPresent()) {
                claim.get().close();
            }
        }
    }
}
