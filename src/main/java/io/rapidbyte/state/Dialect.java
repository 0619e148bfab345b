package io.rapidbyte.state;

import java.sql.Connection;
import java.sql.SQLException;

/** What differs between the databases that state can lie in. Calls block; any thread. */
interface Dialect {
    /** A new connection, outside of any transaction. */
    Connection connect() throws SQLException;

    /** How many connections a store uses at the same time. */
    int maxConnections();

    /** The database's clock in milliseconds since 1970, as an expression. */
    String now();

    /** A statement of a migration in this database's own words. */
    String adapt(String statement);

    void begin(Connection connection) throws SQLException;

    void commit(Connection connection) throws SQLException;

    void rollback(Connection connection) throws SQLException;

    /** First in the transaction that migrates: keeps other processes out of it until it ends. */
    void lockForMigration(Connection connection) throws SQLException;

    /** The state as a person knows it; without a password (I31). */
    String where();

    /** What {@code e} means for the user. {@code doing} says what was being done, such as {@code save a frontier}. */
    StateException explain(SQLException e, String doing);
}
