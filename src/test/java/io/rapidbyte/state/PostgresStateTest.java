package io.rapidbyte.state;

import io.rapidbyte.e2e.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

class PostgresStateTest extends StateContract {
    private final Postgres.Database database = Postgres.shared().database();

    @Override
    StateLocation location() {
        return StateLocation.of(
                "postgresql://postgres@127.0.0.1:" + Postgres.shared().port() + "/" + database.name());
    }

    @Override
    Connection connect() throws SQLException {
        Connection connection = database.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = rapidbyte");
        }
        return connection;
    }
}
