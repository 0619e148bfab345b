package io.rapidbyte.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The source of the demo: a small shop with every common type in it, the same rows at every go. */
final class Shop {
    static final List<String> TABLES = List.of("customers", "products", "orders", "order_items", "events");

    private Shop() {}

    /** Creates and fills the tables, all on the server; the number of rows. Closes the connection. */
    static long fill(Connection connection) throws SQLException, IOException {
        try (connection;
                Statement statement = connection.createStatement()) {
            statement.execute(script());
            long rows = 0;
            for (String table : TABLES) {
                try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
                    count.next();
                    rows += count.getLong(1);
                }
            }
            return rows;
        }
    }

    private static String script() throws IOException {
        try (InputStream in = Shop.class.getResourceAsStream("shop.sql")) {
            if (in == null) {
                throw new IllegalStateException("shop.sql is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
