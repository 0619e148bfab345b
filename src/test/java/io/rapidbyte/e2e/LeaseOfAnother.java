package io.rapidbyte.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A pipeline's lease in the hands of a run on another host, whose death nobody here could notice. */
final class LeaseOfAnother implements AutoCloseable {
    private static final String HOST = "elsewhere.example";

    private final String pipeline;

    private LeaseOfAnother(String pipeline) {
        this.pipeline = pipeline;
    }

    /** Of a pipeline that has been run. */
    static LeaseOfAnother take(String pipeline) {
        execute("update leases set run_id = 'of-another', host = '" + HOST + "', pid_space = '', pid = 4711,"
                + " process_started_at = 1, acquired_at = 1, expires_at = 9999999999999 where pipeline = '" + pipeline
                + "'");
        return new LeaseOfAnother(pipeline);
    }

    /** As messages name it. */
    String holder() {
        return "process 4711 on " + HOST;
    }

    private static void execute(String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + Runs.STATE_FILE);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = 10000");
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        execute("update leases set run_id = null where pipeline = '" + pipeline + "'");
    }
}
