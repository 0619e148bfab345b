package io.rapidbyte.state;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;

class SqliteStateTest extends StateContract {
    @TempDir
    Path folder;

    @Override
    StateLocation location() {
        return new StateLocation.SqliteFile(folder.resolve("state.db"));
    }

    @Override
    Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state.db"));
    }
}
