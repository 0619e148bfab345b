package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.fail;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.engine.CheckReport;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Finding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong settings and wrong tables end in a message that says what to do, and leave the destination as it was. */
class BadInputTest {
    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute("create table users (id int primary key, email text)", "insert into users values (1, 'a')");
        target.execute("create table users (id int primary key, email text)", "insert into users values (9, 'old')");
    }

    private PipelineText pipeline() {
        return new PipelineText(source, target);
    }

    private void assertTargetUntouched() {
        assertThat(target.values("select users::text from users")).containsExactly("(9,old)");
        assertThat(
                        target.values(
                                "select tablename from pg_tables where schemaname = 'public' and tablename <> '_rapidbyte_receipts'"))
                .containsExactly("users");
    }

    @ParameterizedTest
    @ValueSource(strings = {"md5", "scram-sha-256"})
    void a_wrong_password(String method) {
        String user = "u_" + method.substring(0, 3) + "_" + source.name();
        Postgres.shared().requirePassword(user, "right", method);

        Failure failure = fail(pipeline().sourceUser(user, "wr0ng-s3cret").stream("users"), FailureKind.SOURCE);

        assertThat(failure.error().message())
                .contains("password")
                .contains(user)
                .doesNotContain("wr0ng-s3cret");
        assertThat(failure.error().retryable()).isFalse();
        assertTargetUntouched();
    }

    @ParameterizedTest
    @ValueSource(strings = {"md5", "scram-sha-256"})
    void the_right_password(String method) {
        String user = "v_" + method.substring(0, 3) + "_" + source.name();
        Postgres.shared().requirePassword(user, "right ''pass", method);
        source.execute("grant select on users to " + user);

        Runs.succeed(pipeline().sourceUser(user, "right ''pass").stream("users"));

        assertThat(target.fingerprint("users")).isEqualTo(source.fingerprint("users"));
    }

    @Test
    void a_wrong_password_at_the_destination() {
        String user = "w_" + target.name();
        Postgres.shared().requirePassword(user, "right", "scram-sha-256");

        Failure failure = fail(pipeline().targetUser(user, "wr0ng").stream("users"), FailureKind.DESTINATION);

        assertThat(failure.error().message()).contains("password").contains(user);
        assertTargetUntouched();
    }

    @Test
    void a_port_where_nobody_listens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        Failure failure = fail(pipeline().sourceAt("127.0.0.1", port).stream("users"), FailureKind.SOURCE);

        assertThat(failure.error().message())
                .contains("127.0.0.1")
                .contains(Integer.toString(port))
                .contains("refused");
        assertTargetUntouched();
    }

    @Test
    void a_host_that_does_not_exist() {
        Failure failure = fail(pipeline().sourceAt("nowhere.invalid", 5432).stream("users"), FailureKind.SOURCE);

        assertThat(failure.error().message()).contains("nowhere.invalid");
        assertTargetUntouched();
    }

    @Test
    void an_unknown_table() {
        Failure failure = fail(pipeline().stream("user"), FailureKind.SCHEMA);

        assertThat(failure.error().message()).contains("user").contains("users");
        assertTargetUntouched();
    }

    @Test
    void an_unknown_column() {
        Failure failure = fail(pipeline().streamWith("users", "columns: [id, emial]"), FailureKind.SCHEMA);

        assertThat(failure.error().message()).contains("emial").contains("email");
        assertTargetUntouched();
    }

    @Test
    void a_projection_of_no_columns() {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> Runs.parse(pipeline().streamWith("users", "columns: []"))))
                .hasMessageContaining("columns");
    }

    @Test
    void a_table_without_columns_is_copied_or_refused_in_words() {
        source.execute("create table hollow ()");

        Failure failure = fail(pipeline().stream("hollow"), FailureKind.SCHEMA);

        assertThat(failure.error().message()).contains("hollow").contains("no columns");
    }

    @Test
    void a_table_one_has_no_right_to_read() {
        String user = "x_" + source.name();
        source.execute("create role " + user + " login");

        Failure failure = fail(pipeline().sourceUser(user, "").stream("users"), FailureKind.SOURCE);

        assertThat(failure.error().message()).contains("no right").contains("users");
        assertThat(failure.error().retryable()).isFalse();
        assertTargetUntouched();
    }

    @Test
    void a_schema_one_has_no_right_to_write() {
        String user = "y_" + target.name();
        target.execute("create role " + user + " login", "revoke create on schema public from public");

        Failure failure = fail(pipeline().targetUser(user, "").stream("users"), FailureKind.DESTINATION);

        assertThat(failure.error().message()).containsIgnoringCase("permission");
        assertTargetUntouched();
    }

    @Test
    void a_column_of_another_type_at_the_destination() {
        target.execute("alter table users alter email type int using 0");

        Failure failure = fail(pipeline().append().stream("users"), FailureKind.SCHEMA);

        assertThat(failure.error().message())
                .contains("email")
                .contains("integer")
                .contains("text");
        assertThat(target.value("select count(*) from users")).isEqualTo("1");
    }

    @Test
    void a_row_that_the_destination_refuses() {
        source.execute("insert into users values (9, 'collides')");

        Failure failure = fail(pipeline().append().stream("users"), FailureKind.DESTINATION);

        assertThat(failure.error().message()).contains("users").contains("9");
        assertTargetUntouched();
    }

    @Test
    void a_connector_that_does_not_exist() {
        assertThat(Runs.refuse(pipeline().sourceUse("source-postgras").stream("users")))
                .singleElement()
                .asString()
                .contains("pipeline.yaml:4", "source-postgras", "did you mean \"source-postgres\"");
    }

    @Test
    void a_source_where_a_destination_belongs() {
        assertThat(Runs.refuse(pipeline().targetUse("source-postgres").stream("users")))
                .singleElement()
                .asString()
                .contains("source-postgres", "destination");
    }

    @Test
    void settings_that_the_connector_does_not_know() {
        CheckReport report =
                Runs.check(pipeline().sourceConfig("prot: 5433").sourceConfig("sslmode: maybe").stream("users"));

        assertThat(report.passed()).isFalse();
        assertThat(report.problems())
                .hasSize(2)
                .allSatisfy(p -> assertThat(p.line()).isEqualTo(5));
        assertThat(report.problems().toString()).contains("prot").contains("sslmode");
    }

    @Test
    void two_streams_that_land_in_one_table() {
        source.execute("create schema other", "create table other.users (id int)");

        assertThat(Runs.refuse(pipeline().stream("users").stream("other.users")))
                .singleElement()
                .asString()
                .contains("users", "other.users");
        assertTargetUntouched();
    }

    @Test
    void check_finds_all_that_is_wrong_without_touching_anything() {
        CheckReport report = Runs.check(pipeline().stream("user").streamWith("users", "columns: [emial]"));

        assertThat(report.passed()).isFalse();
        assertThat(report.findings().values().stream()
                        .flatMap(java.util.List::stream)
                        .filter(f -> f.level() == Finding.Level.ERROR)
                        .count())
                .isGreaterThanOrEqualTo(2);
        assertTargetUntouched();
    }

    @Test
    void check_of_a_sound_pipeline_passes() {
        CheckReport report = Runs.check(pipeline().stream("users"));

        assertThat(report.passed()).as(report.toString()).isTrue();
        assertTargetUntouched();
    }

    @Test
    void one_bad_stream_does_not_undo_its_siblings() {
        source.execute("create table good (a int)", "insert into good values (1)");

        Failure failure = fail(pipeline().stream("missing").stream("good"), FailureKind.SCHEMA);

        assertThat(failure.streamName()).contains("missing");
        assertThat(target.values("select a from good")).containsExactly("1");
    }
}
