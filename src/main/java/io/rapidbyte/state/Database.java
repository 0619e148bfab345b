package io.rapidbyte.state;

import io.rapidbyte.model.DurableSteps;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.jdbcclient.JDBCPool;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.function.Function;

/** The database behind a store: transactions, and errors that tell the user what to do. Any thread. */
final class Database {
    private final Dialect dialect;
    private final Pool pool;

    private Database(Dialect dialect, Pool pool) {
        this.dialect = dialect;
        this.pool = pool;
    }

    /** The work is done on a worker: files, the driver's classes and a native library are read. */
    static Future<Database> open(Vertx vertx, StateLocation location) {
        return vertx.<Database>executeBlocking(
                        () -> {
                            Dialect dialect = prepare(location);
                            // The pool's own limit on waiting may run out for one who has long been served. What
                            // others do meanwhile is limited by the drivers.
                            PoolOptions options = new PoolOptions()
                                    .setMaxSize(dialect.maxConnections())
                                    .setConnectionTimeout(0);
                            Pool pool = JDBCPool.pool(vertx, Connections.of(dialect), options);
                            return new Database(dialect, pool);
                        },
                        false)
                .map(Objects::requireNonNull);
    }

    private static Dialect prepare(StateLocation location) {
        Dialect dialect = switch (location) {
            case StateLocation.SqliteFile file -> new SqliteDialect(file.path());
            case PostgresLocation postgres -> new PostgresDialect(postgres);
        };
        try {
            if (location instanceof StateLocation.SqliteFile file) {
                SqliteLibrary.keep();
                SqliteFiles.ensure(file.path());
            }
            try (Connection connection = dialect.connect()) {
                new Migrations(dialect).apply(connection);
            }
        } catch (SQLException e) {
            throw dialect.explain(e, "open the state");
        }
        return dialect;
    }

    /** What {@code work} does is saved whole or not at all. */
    @SuppressWarnings("NullAway") // the client's results may be null, as those of a Future<Void> are
    <T> Future<T> transaction(String doing, Function<Sql, Future<T>> work) {
        return pool.<T>withTransaction(connection -> work.apply(new Sql(connection, dialect)))
                .recover(e -> failed(e, doing));
    }

    /** The same, as a durable step of a run: {@code state.STEP.saving} right before the commit, {@code saved} after it. */
    <T> Future<T> step(String step, String doing, Function<Sql, Future<T>> work) {
        return this.<T>transaction(
                        doing, sql -> work.apply(sql).map(result -> reached(result, "state." + step + ".saving")))
                .map(result -> reached(result, "state." + step + ".saved"));
    }

    private static <T> T reached(T result, String step) {
        DurableSteps.reached(step);
        return result;
    }

    @SuppressWarnings("NullAway") // see above
    <T> Future<T> read(String doing, Function<Sql, Future<T>> work) {
        return pool.<T>withConnection(connection -> work.apply(new Sql(connection, dialect)))
                .recover(e -> failed(e, doing));
    }

    private <T> Future<T> failed(Throwable e, String doing) {
        return Future.failedFuture(e instanceof SQLException sql ? dialect.explain(sql, doing) : e);
    }

    Future<Void> close() {
        return pool.close();
    }
}
