package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.e2e.Postgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a state says, read from outside the program.
 *
 * @param url of its database, for JDBC
 */
record Books(String url) {
    /** A file of SQLite. */
    static Books of(Path file) {
        return new Books("jdbc:sqlite:" + file);
    }

    /** Kept in the schema that is the default one. */
    static Books of(Postgres.Database database) {
        return new Books("jdbc:postgresql://127.0.0.1:" + database.server().port() + "/" + database.name()
                + "?user=postgres&currentSchema=rapidbyte");
    }

    /** How many loads there were; once none is open, each of them is complete or was given up. */
    int loads() {
        return Integer.parseInt(value("select count(distinct load_id) from run_streams"));
    }

    long rowsReadByLastRun() {
        return Long.parseLong(
                value("select rows_read from run_streams join runs using (run_id) order by started_at desc limit 1"));
    }

    long rowsOfOpenLoad() {
        return Long.parseLong(value("select row_count from loads where status = 'OPEN'"));
    }

    /** As if the holder's lease had not been renewed for long. */
    void expireLeases() {
        execute("update leases set expires_at = 1");
    }

    /** After a run that succeeded (I6, I7, I20). */
    void assertClosed(Postgres.Database source, Mode mode, boolean badRows) {
        assertThat(values("select run_id from leases where run_id is not null"))
                .as("the lease is free")
                .isEmpty();
        assertThat(values("select load_id from loads where status = 'OPEN'"))
                .as("no load is open")
                .isEmpty();
        assertThat(values("select run_id from runs where state = 'RUNNING'"))
                .as("no run is under way")
                .isEmpty();
        if (mode.incremental()) {
            assertThat(values("select cursor_value || ' ' || " + json("tie_breaker", "rows", "up-to", "0")
                            + " from cursors"))
                    .as("the cursor is that of the last row")
                    .containsExactly(source.value(
                            "select version || ' ' || id from items order by version desc, id desc limit 1"));
        }
        if (badRows) {
            assertDeadLetters(source, mode);
        }
    }

    private void assertDeadLetters(Postgres.Database source, Mode mode) {
        assertThat(values("select letter_id from dead_letters where status <> 'FINAL'"))
                .as("no dead letter waits for a commit")
                .isEmpty();
        // A load that reads all rows meets all the bad ones again.
        int loads = mode.incremental() ? 1 : loads();
        List<String> expected = new ArrayList<>();
        for (String note : source.values("select note from items where note like 'bad%'")) {
            expected.addAll(Collections.nCopies(loads, note));
        }
        assertThat(values("select " + json("row_json", "note") + " from dead_letters"))
                .as("every bad row is a dead letter, once a load")
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /** The notes of the rows that are dead letters, after a command that succeeded. */
    List<String> deadLetters() {
        assertThat(values("select letter_id from replayed_letters"))
                .as("no dead letter waits for a commit")
                .isEmpty();
        return values("select " + json("row_json", "note") + " from dead_letters order by letter_id");
    }

    /** The value in a column's JSON at the end of {@code path}, as text. */
    private String json(String column, String... path) {
        return url.startsWith("jdbc:sqlite:")
                ? "(" + column + " ->> '" + Stream.of(path).map(Books::step).collect(Collectors.joining("", "$", ""))
                        + "')"
                : "(" + column + "::json #>> '{" + String.join(",", path) + "}')";
    }

    private static String step(String name) {
        return name.equals("0") ? "[0]" : ".\"" + name + "\"";
    }

    private String value(String query) {
        return values(query).getFirst();
    }

    private List<String> values(String query) {
        try (Connection connection = open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(String.valueOf(rows.getString(1)));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection(url);
    }
}
