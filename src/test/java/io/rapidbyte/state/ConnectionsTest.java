package io.rapidbyte.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.DurableSteps;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.jdbcclient.JDBCPool;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client leaves its connections in a transaction; ours do not stay there. */
class ConnectionsTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        StateContract.get(vertx.close());
    }

    private Path state() {
        Path file = folder.resolve("state.db");
        StateContract.get(StateContract.get(StateStore.open(vertx, new StateLocation.SqliteFile(file)))
                .close());
        return file;
    }

    private Pool pool(DataSource source) {
        return JDBCPool.pool(vertx, source, new PoolOptions().setMaxSize(1));
    }

    private static void writeTwice(Pool pool) {
        StateContract.get(pool.withTransaction(connection -> connection
                .query("INSERT INTO leases (pipeline, epoch) VALUES ('a', 1)")
                .execute()
                .<Void>mapEmpty()));
        StateContract.get(pool.query("INSERT INTO leases (pipeline, epoch) VALUES ('b', 1)")
                .execute());
    }

    private static boolean othersCanWriteAndSeeBoth(Path file) throws SQLException {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 200");
            return statement.executeUpdate("UPDATE leases SET epoch = 2") == 2;
        } catch (SQLException locked) {
            return false;
        }
    }

    @Test
    void a_single_statement_after_a_transaction_is_saved_and_leaves_no_lock() throws SQLException {
        Path file = state();
        Pool pool = pool(Connections.of(new SqliteDialect(file)));
        writeTwice(pool);
        assertThat(othersCanWriteAndSeeBoth(file)).isTrue();
        StateContract.get(pool.close());
    }

    /** Once this fails, the client has been mended and {@link Connections} may go. */
    @Test
    void the_client_alone_keeps_the_lock() throws SQLException {
        Path file = state();
        DataSource plain = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DataSource.class},
                (source, method, arguments) -> DriverManager.getConnection("jdbc:sqlite:" + file));
        Pool pool = pool(plain);
        writeTwice(pool);
        assertThat(othersCanWriteAndSeeBoth(file)).isFalse();
        StateContract.get(pool.close());
    }

    @Test
    void a_transaction_whose_work_throws_is_undone_and_leaves_no_lock() throws SQLException {
        Path file = state();
        Pool pool = pool(Connections.of(new SqliteDialect(file)));
        Future<?> failed = pool.withTransaction(connection -> connection
                .query("INSERT INTO leases (pipeline, epoch) VALUES ('c', 1)")
                .execute()
                .map(inserted -> {
                    throw new IllegalStateException("in the middle");
                }));
        assertThat(failed.toCompletionStage()
                        .toCompletableFuture()
                        .handle((v, e) -> e.getMessage())
                        .join())
                .contains("in the middle");
        writeTwice(pool);
        assertThat(othersCanWriteAndSeeBoth(file)).isTrue();
        StateContract.get(pool.close());
    }

    @Test
    void a_step_is_told_right_before_and_after_it_is_durable() {
        java.util.List<String> steps = new java.util.concurrent.CopyOnWriteArrayList<>();
        StateStore store =
                StateContract.get(StateStore.open(vertx, new StateLocation.SqliteFile(folder.resolve("state.db"))));
        DurableSteps.listen(steps::add);
        try {
            OpenRun run = StateContract.get(store.beginRun(StateContract.start(
                    "r", StateContract.ME, StateContract.request("s", io.rapidbyte.model.SyncMode.INCREMENTAL))));
            StateContract.get(
                    store.saveFrontier(run, StateContract.frontier(run.loads().getFirst(), 1, false)));
        } finally {
            DurableSteps.listen(step -> {});
        }
        assertThat(steps)
                .containsExactly(
                        "state.run-begin.saving",
                        "state.run-begin.saved",
                        "state.frontier.saving",
                        "state.frontier.saved");
        StateContract.get(store.close());
    }
}
