package io.rapidbyte.cli.demo;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
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

    private Servers(EmbeddedPostgres shopServer, EmbeddedPostgres warehouseServer) {
        this.shopServer = shopServer;
        this.warehouseServer = warehouseServer;
    }

    static Servers start() throws IOException, SQLException {
        CompletableFuture<EmbeddedPostgres> shop = CompletableFuture.supplyAsync(() -> start(SHOP_PORT));
        CompletableFuture<EmbeddedPostgres> warehouse = CompletableFuture.supplyAsync(() -> start(WAREHOUSE_PORT));
        try {
            CompletableFuture.allOf(shop, warehouse).join();
        } catch (CompletionException e) {
            closeIfStarted(shop);
            closeIfStarted(warehouse);
            throw new IOException("the demo's PostgreSQL servers did not start", e.getCause());
        }
        Servers servers = new Servers(shop.join(), warehouse.join());
        createDatabase(servers.shopServer, SHOP);
        createDatabase(servers.warehouseServer, WAREHOUSE);
        return servers;
    }

    private static EmbeddedPostgres start(int wishedPort) {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
            return isFree(wishedPort) ? builder.setPort(wishedPort).start() : builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        try {
            shopServer.close();
        } finally {
            warehouseServer.close();
        }
    }
}
