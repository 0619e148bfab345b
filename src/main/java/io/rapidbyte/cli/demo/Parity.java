package io.rapidbyte.cli.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.cli.Table;
import io.rapidbyte.cli.Text;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether two databases hold the same rows: of each table the number of rows and the sum of a hash over
 * each row's text, which does not depend on their order. Computed by the servers themselves.
 */
record Parity(List<Result> results) {

    /** Number of rows, and the sum of their 64-bit hashes. */
    record Side(long rows, BigDecimal hash) {}

    record Result(String name, Side left, Side right) {
        boolean same() {
            return left.equals(right);
        }
    }

    /** Both servers have to write a value in the same way. */
    private static final String SAME_TEXT =
            "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres';"
                    + " SET bytea_output = 'hex'; SET extra_float_digits = 1";

    private static final String COLUMNS = "SELECT quote_ident(column_name) FROM information_schema.columns"
            + " WHERE table_schema = 'public' AND table_name = ? ORDER BY ordinal_position";

    /** Compares tables of the schema {@code public}, column by column in the order of {@code left}. Closes both connections. */
    static Parity compare(Connection left, Connection right, List<String> tables) throws SQLException {
        try (left;
                right) {
            List<Result> results = new ArrayList<>();
            prepare(left);
            prepare(right);
            for (String table : tables) {
                String query = query(left, table);
                results.add(new Result(table, side(left, query), side(right, query)));
            }
            return new Parity(results);
        }
    }

    private static void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(SAME_TEXT);
        }
    }

    private static String query(Connection connection, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, table);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    columns.add(found.getString(1));
                }
            }
        }
        String list = columns.stream().collect(Collectors.joining(", "));
        return "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM (SELECT " + list
                + " FROM public." + table + ") t";
    }

    private static Side side(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            found.next();
            return new Side(found.getLong(1), found.getBigDecimal(2));
        }
    }

    boolean holds() {
        return results.stream().allMatch(Result::same);
    }

    /** Each table with both sides' counts and hashes; hashes as text, since they pass the numbers of JSON's readers. */
    List<ObjectNode> json() {
        return results.stream()
                .map(each -> JsonNodeFactory.instance
                        .objectNode()
                        .put("table", each.name())
                        .put("same", each.same())
                        .put("shop_rows", each.left().rows())
                        .put("warehouse_rows", each.right().rows())
                        .put("shop_hash", each.left().hash().toPlainString())
                        .put("warehouse_hash", each.right().hash().toPlainString()))
                .toList();
    }

    List<String> table() {
        Table table = new Table()
                .column("table", Table.Align.LEFT)
                .column("shop rows", Table.Align.RIGHT)
                .column("warehouse rows", Table.Align.RIGHT)
                .column("shop hash", Table.Align.RIGHT)
                .column("warehouse hash", Table.Align.RIGHT)
                .column("", Table.Align.LEFT);
        for (Result each : results) {
            table.row(
                    each.name(),
                    Text.count(each.left().rows()),
                    Text.count(each.right().rows()),
                    each.left().hash().toPlainString(),
                    each.right().hash().toPlainString(),
                    each.same() ? "same" : "DIFFERENT");
        }
        return table.lines();
    }
}
