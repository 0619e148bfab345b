package io.rapidbyte.state;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections for {@code vertx-jdbc-client}, which does the pooling. They mend two of its habits. It asks for a
 * transaction again after it has ended one, which would hold the write lock and leave later single
 * statements uncommitted. And it never notices that a pooled connection is broken; ours opens itself
 * anew, outside of transactions.
 */
final class Connections {
    private Connections() {}

    /** Gives connections and knows nothing else that a data source may be asked for. */
    static DataSource of(Dialect dialect) {
        return proxy(DataSource.class, (source, method, arguments) -> {
            if (!method.getName().equals("getConnection")) {
                throw new SQLFeatureNotSupportedException(method.getName());
            }
            return proxy(Connection.class, new Handle(dialect, dialect.connect()));
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(Connections.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** One connection of the pool. Confined to whoever has taken it. */
    private static final class Handle implements InvocationHandler {
        private final Dialect dialect;
        private Connection connection;
        private boolean inTransaction;
        private boolean justEnded;

        Handle(Dialect dialect, Connection connection) {
            this.dialect = dialect;
            this.connection = connection;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            switch (method.getName()) {
                case "setAutoCommit" -> begin();
                case "getAutoCommit" -> {
                    return !inTransaction;
                }
                case "commit" -> {
                    leave();
                    dialect.commit(connection);
                }
                case "rollback" -> {
                    leave();
                    dialect.rollback(connection);
                }
                case "close" -> connection.close();
                default -> {
                    justEnded = false;
                    return pass(method, arguments);
                }
            }
            return null;
        }

        /** The client knows no other transaction mode: it never asks for auto-commit. */
        private void begin() throws SQLException {
            if (justEnded) {
                justEnded = false;
                return;
            }
            reopenIfBroken();
            dialect.begin(connection);
            inTransaction = true;
        }

        /** Whether the end succeeds or not, the client asks for the next transaction right away. */
        private void leave() {
            inTransaction = false;
            justEnded = true;
        }

        private @Nullable Object pass(Method method, Object @Nullable [] arguments) throws Throwable {
            if (!inTransaction && !method.getName().equals("isClosed")) {
                reopenIfBroken();
            }
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private void reopenIfBroken() throws SQLException {
            if (connection.isClosed()) {
                connection = dialect.connect();
            }
        }
    }
}
