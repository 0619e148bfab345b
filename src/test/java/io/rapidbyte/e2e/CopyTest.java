package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.StreamReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables arrive whole, in every mode and by every way the pipeline file offers. */
class CopyTest {
    private static final String USERS = "create table users (id bigint primary key, name text not null, email text,"
            + " amount numeric(12,2), active bool, created_at timestamptz, payload jsonb)";

    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
    }

    private PipelineText pipeline() {
        return new PipelineText(source, target);
    }

    private void fillUsers(int rows) {
        source.execute(
                USERS,
                "insert into users select i, 'user ' || i, case when i % 7 = 0 then null else 'u' || i || '@example.com' end,"
                        + " i / 100.0, i % 3 = 0, timestamptz '2024-01-01' + i * interval '1 minute', jsonb_build_object('n', i)"
                        + " from generate_series(1, " + rows + ") i");
    }

    private void assertCopied(String table) {
        assertThat(target.fingerprint(table)).isEqualTo(source.fingerprint(table));
    }

    /** I28. */
    @Test
    void a_table_arrives_with_its_rows_its_key_and_its_not_nulls() {
        fillUsers(20_000);

        RunReport report = succeed(pipeline().stream("users"));

        assertCopied("users");
        assertThat(target.columns("users")).isEqualTo(source.columns("users"));
        assertThat(target.values(
                        "select conkey::text from pg_constraint where contype = 'p' and conrelid = 'users'::regclass"))
                .containsExactly("{1}");
        assertThat(report.streams().getFirst().rowsRead()).isEqualTo(20_000);
        assertThat(report.streams().getFirst().rowsWritten()).isEqualTo(20_000);
    }

    @Test
    void a_report_tells_where_the_time_went_and_what_connectors_told() {
        fillUsers(20_000);
        source.execute("analyze users");
        StreamReport users = succeed(pipeline().stream("users")).streams().getFirst();
        assertThat(users.timings())
                .containsKeys("source.module-load", "source.connect", "source.query", "source.fetch", "source.cpu")
                .containsKeys("destination.copy", "destination.flush", "destination.commit")
                .containsKeys("destination.checkpoint", "destination.guest");
        for (String stage : List.of("source", "destination")) {
            Duration parts = users.timings().entrySet().stream()
                    .filter(e -> e.getKey().startsWith(stage + "."))
                    .filter(e -> !e.getKey().endsWith(".total") && !e.getKey().endsWith(".cpu"))
                    .map(Map.Entry::getValue)
                    .reduce(Duration.ZERO, Duration::plus);
            assertThat(parts)
                    .as(users.timings().toString())
                    .isLessThanOrEqualTo(users.timings().get(stage + ".total"));
        }
        assertThat(users.bottleneck()).isPresent();
        assertThat(users.metrics())
                .containsEntry("source.records_read", 20_000.0)
                .containsEntry("source.bytes_read", (double) users.bytesRead())
                .containsEntry("source.estimated_rows", 20_000.0);
    }

    @Test
    void replace_gives_the_new_rows_and_append_adds_them() {
        source.execute("create table t (a int)", "insert into t select generate_series(1, 10)");
        succeed(pipeline().stream("t"));
        succeed(pipeline().stream("t"));
        assertThat(target.value("select count(*) from t")).isEqualTo("10");

        succeed(pipeline().append().stream("t"));
        assertThat(target.value("select count(*) from t")).isEqualTo("20");
    }

    /** I17. */
    @Test
    void replace_keeps_what_hangs_on_the_table() {
        source.execute("create table t (id int primary key, a text)", "insert into t values (1, 'new')");
        target.execute(
                "create table t (id int primary key, a text)",
                "insert into t values (7, 'old')",
                "create view v as select a from t",
                "create index by_a on t (a)",
                "create role reader_" + target.name(),
                "grant select on t to reader_" + target.name());

        succeed(pipeline().stream("t"));

        assertThat(target.values("select a from v")).containsExactly("new");
        assertThat(target.values("select indexname from pg_indexes where tablename = 't' order by 1"))
                .containsExactly("by_a", "t_pkey");
        assertThat(target.value("select has_table_privilege('reader_" + target.name() + "', 't', 'select')"))
                .isEqualTo("t");
    }

    @Test
    void replace_without_dependents_keeps_grants_indexes_and_constraint_names() {
        source.execute("create table t (id int primary key, a text)", "insert into t values (1, 'new')");
        target.execute(
                "create table t (id int constraint my_key primary key, a text constraint short check (length(a) < 9))",
                "create index by_a on t (a)",
                "create role grantee_" + target.name(),
                "grant select on t to grantee_" + target.name());

        succeed(pipeline().stream("t"));

        assertThat(
                        target.values(
                                "select conname from pg_constraint where conrelid = 't'::regclass and contype <> 'n' order by 1"))
                .containsExactly("my_key", "short");
        assertThat(target.values("select indexname from pg_indexes where tablename = 't' order by 1"))
                .containsExactly("by_a", "my_key");
        assertThat(target.value("select has_table_privilege('grantee_" + target.name() + "', 't', 'select')"))
                .isEqualTo("t");
        assertThat(
                        target.values(
                                "select tablename from pg_tables where schemaname = 'public' and tablename <> '_rapidbyte_receipts'"))
                .containsExactly("t");
    }

    /** I2. */
    @Test
    void an_empty_table_arrives_as_an_empty_table() {
        source.execute("create table nothing (id int primary key, at date not null)");
        target.execute(
                "create table nothing (id int primary key, at date not null)", "insert into nothing values (1, now())");

        RunReport report = succeed(pipeline().stream("nothing"));

        assertThat(target.fingerprint("nothing")).isEqualTo("0 0");
        assertThat(target.columns("nothing")).containsExactly("id integer not null", "at date not null");
        assertThat(report.streams().getFirst().rowsWritten()).isZero();
    }

    @Test
    void an_empty_table_appended_to_a_missing_one_creates_it() {
        source.execute("create table nothing (id int primary key)");

        succeed(pipeline().append().stream("nothing"));

        assertThat(target.columns("nothing")).containsExactly("id integer not null");
    }

    @Test
    void only_the_chosen_columns_travel_in_the_chosen_order() {
        fillUsers(100);

        succeed(pipeline().streamWith("users", "columns: [email, id]"));

        assertThat(target.columns("users")).containsExactly("email text", "id bigint not null");
        assertThat(target.value("select md5(string_agg(coalesce(email, '-') || id, ',' order by id)) from users"))
                .isEqualTo(
                        source.value("select md5(string_agg(coalesce(email, '-') || id, ',' order by id)) from users"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lz4", "zstd"})
    void compressed_batches_arrive_unchanged(String codec) {
        fillUsers(30_000);

        succeed(pipeline().resource("compression: " + codec).stream("users"));

        assertCopied("users");
    }

    @Test
    void small_batches_and_a_narrow_window_change_nothing_but_the_pace() {
        fillUsers(30_000);

        RunReport report = succeed(
                pipeline().resource("max_batch_bytes: 64kb").resource("max_inflight_batches: 1").stream("users"));

        assertCopied("users");
        assertThat(report.streams().getFirst().batches()).isGreaterThan(20);
    }

    @Test
    void rows_can_be_written_by_insert_statements() {
        fillUsers(3_000);
        source.execute("update users set name = E'quote '' backslash \\\\ tab \\t line \\n end' where id = 5");

        succeed(pipeline().targetConfig("load_method: insert").stream("users"));

        assertCopied("users");
        assertThat(target.columns("users")).isEqualTo(source.columns("users"));
    }

    @Test
    void several_streams_run_at_once() {
        for (int i = 1; i <= 5; i++) {
            source.execute(
                    "create table t" + i + " (a int primary key, b text)",
                    "insert into t" + i + " select i, repeat('x', i % 100) from generate_series(1, 5000) i");
        }
        PipelineText pipeline = pipeline().resource("parallelism: 3");
        for (int i = 1; i <= 5; i++) {
            pipeline.stream("t" + i);
        }

        RunReport report = succeed(pipeline);

        assertThat(report.streams())
                .hasSize(5)
                .allSatisfy(s -> assertThat(s.rowsWritten()).isEqualTo(5000));
        for (int i = 1; i <= 5; i++) {
            assertCopied("t" + i);
        }
    }

    @Test
    void a_stream_of_another_schema_lands_under_its_table_name() {
        source.execute(
                "create schema zoo",
                "create table zoo.animals (id int primary key)",
                "insert into zoo.animals values (3)");

        succeed(pipeline().targetConfig("schema: raw").stream("zoo.animals"));

        assertThat(target.values("select id from raw.animals")).containsExactly("3");
    }

    @Test
    void masked_columns_arrive_masked() {
        fillUsers(500);

        succeed(pipeline().transform("transform-mask", "{fields: [email]}").stream("users"));

        assertThat(target.value("select count(*) from users")).isEqualTo("500");
        assertThat(target.value("select count(*) from users where email like '%@%'"))
                .isEqualTo("0");
        assertThat(target.value("select count(*) from users where email is null"))
                .isEqualTo("71");
        assertThat(target.value("select count(distinct email) from users")).isEqualTo("429");
    }

    @Test
    void transforms_follow_one_another() {
        fillUsers(500);

        succeed(pipeline()
                .transform("transform-mask", "{fields: [email]}")
                .transform("transform-mask", "{rules: {name: {method: redact}}}")
                .stream("users"));

        assertThat(target.value("select count(*) from users where email like '%@%' or name like 'user%'"))
                .isEqualTo("0");
    }
}
