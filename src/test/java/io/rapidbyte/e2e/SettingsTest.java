package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.engine.RunHandle;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.commons.support.AnnotationSupport;

/** I33: every setting of the pipeline file changes what happens, seen with its default and with another value. */
@Timeout(180)
class SettingsTest {
    private static final String HERE = "e2e.SettingsTest#";

    /** By the section of the published schema and the key: the test that shows what it does. */
    private static final Map<String, String> SHOWN = new TreeMap<>(Map.ofEntries(
            Map.entry("version", "config.BadPipelineTest#everything_wrong_is_said_at_once_in_the_order_of_the_file"),
            Map.entry("pipeline", HERE + "a_pipelines_name_tells_its_state_from_others"),
            Map.entry("source", "e2e.CopyTest#a_table_arrives_with_its_rows_its_key_and_its_not_nulls"),
            Map.entry("transforms", "e2e.CopyTest#transforms_follow_one_another"),
            Map.entry("destination", "e2e.CopyTest#replace_gives_the_new_rows_and_append_adds_them"),
            Map.entry("state", HERE + "state_lies_where_it_is_said_to"),
            Map.entry("resources", HERE + "a_checkpoint_is_due_after_so_many_rows_or_bytes_or_seconds"),
            Map.entry("schedule", "server.ScheduledRunsTest#the_server_runs_what_is_due"),
            Map.entry("schedule.cron", "config.ScheduleTest#cron_goes_by_the_clocks_of_its_zone"),
            Map.entry("schedule.time_zone", "config.ScheduleTest#cron_goes_by_the_clocks_of_its_zone"),
            Map.entry("schedule.every", "config.ScheduleTest#every_is_counted_from_midnight"),
            Map.entry(
                    "schedule.missed",
                    "server.ScheduledRunsTest#what_a_server_that_was_down_missed_is_seen_from_the_last_run"),
            Map.entry("source.permissions", "config.NarrowingTest#every_field_is_read_for_every_connector"),
            Map.entry("source.limits", "config.NarrowingTest#every_field_is_read_for_every_connector"),
            Map.entry("transform.permissions", "config.NarrowingTest#every_field_is_read_for_every_connector"),
            Map.entry("transform.limits", "config.NarrowingTest#every_field_is_read_for_every_connector"),
            Map.entry("destination.permissions", "config.NarrowingTest#every_field_is_read_for_every_connector"),
            Map.entry("destination.limits", "config.NarrowingTest#every_field_is_read_for_every_connector"),
            Map.entry(
                    "permissions.network",
                    "connector.HostileConnectorTest#a_pipeline_narrows_where_a_connector_may_go"),
            Map.entry(
                    "network.allowed_hosts",
                    "connector.HostileConnectorTest#a_pipeline_narrows_where_a_connector_may_go"),
            Map.entry("network.tls", "e2e.TlsTest#where_the_pipeline_requires_tls_a_connector_cannot_do_without"),
            Map.entry("permissions.env", "connector.NarrowerTest#only_variables_that_the_manifest_asks_for_are_shown"),
            Map.entry("env.allowed_vars", "connector.NarrowerTest#only_variables_that_the_manifest_asks_for_are_shown"),
            Map.entry("permissions.fs", "connector.NarrowerTest#folders_are_shown_where_both_name_them"),
            Map.entry("fs.preopens", "connector.NarrowerTest#folders_are_shown_where_both_name_them"),
            Map.entry("preopen.guest", "connector.NarrowerTest#folders_are_shown_where_both_name_them"),
            Map.entry("preopen.host", "connector.NarrowerTest#folders_are_shown_where_both_name_them"),
            Map.entry("preopen.mode", "connector.NarrowerTest#folders_are_shown_where_both_name_them"),
            Map.entry(
                    "limits.max_wall_seconds",
                    "connector.HostileConnectorTest#a_loop_without_end_is_ended_by_the_clock"),
            Map.entry(
                    "limits.max_cpu_seconds",
                    "connector.HostileConnectorTest#a_loop_without_end_is_ended_by_the_clock"),
            Map.entry(
                    "limits.max_spin_seconds",
                    "connector.HostileConnectorTest#a_loop_without_end_is_ended_by_the_clock"),
            Map.entry(
                    "limits.max_idle_seconds",
                    "connector.HostileConnectorTest#a_silent_server_is_given_up_where_the_limits_say_so"),
            Map.entry("limits.max_network_mb", "connector.HostileConnectorTest#traffic_ends_at_its_limit"),
            Map.entry("limits.max_sockets", "connector.HostileConnectorTest#sockets_end_at_their_limit"),
            Map.entry("limits.max_memory_mb", "connector.NarrowerTest#every_limit_can_be_lowered"),
            Map.entry("limits.connect_seconds", "connector.NarrowerTest#every_limit_can_be_lowered"),
            Map.entry("source.use", "e2e.BadInputTest#a_connector_that_does_not_exist"),
            Map.entry("source.config", "e2e.BadInputTest#settings_that_the_connector_does_not_know"),
            Map.entry(
                    "source.follow",
                    "e2e.FollowTest#changes_arrive_until_the_run_is_cancelled_and_the_slot_moves_with_them"),
            Map.entry("source.flush_interval", "config.PipelineLoaderTest#changes_are_followed_where_that_is_said"),
            Map.entry("source.streams", "e2e.CopyTest#several_streams_run_at_once"),
            Map.entry("stream.name", "e2e.CopyTest#a_stream_of_another_schema_lands_under_its_table_name"),
            Map.entry("stream.sync_mode", "e2e.IncrementalTest#each_run_brings_what_is_new_and_nothing_twice"),
            Map.entry("stream.cursor_field", "e2e.IncrementalTest#each_run_brings_what_is_new_and_nothing_twice"),
            Map.entry("stream.tie_breaker_field", HERE + "ties_are_broken_by_the_key_or_by_another_column"),
            Map.entry(
                    "stream.cursor_nulls",
                    "e2e.IncrementalTest#rows_without_a_cursor_fail_the_run_unless_the_pipeline_says_otherwise"),
            Map.entry("stream.cursor_lag", "e2e.UpsertTest#a_lag_brings_rows_that_were_committed_late"),
            Map.entry("stream.columns", "e2e.CopyTest#only_the_chosen_columns_travel_in_the_chosen_order"),
            Map.entry("transform.use", "e2e.CopyTest#masked_columns_arrive_masked"),
            Map.entry("transform.config", "e2e.CopyTest#masked_columns_arrive_masked"),
            Map.entry("destination.use", "e2e.BadInputTest#a_source_where_a_destination_belongs"),
            Map.entry("destination.config", "e2e.CopyTest#rows_can_be_written_by_insert_statements"),
            Map.entry("destination.write_mode", "e2e.CopyTest#replace_gives_the_new_rows_and_append_adds_them"),
            Map.entry("destination.primary_key", HERE + "rows_are_upserted_by_the_sources_key_or_another"),
            Map.entry("destination.on_data_error", HERE + "a_bad_row_fails_the_run_or_is_left_out_or_kept"),
            Map.entry("destination.max_dead_letters", HERE + "so_many_bad_rows_are_kept_and_no_more"),
            Map.entry("destination.schema_evolution", HERE + "a_column_that_the_table_lacks"),
            Map.entry("schema_evolution.new_column", HERE + "a_column_that_the_table_lacks"),
            Map.entry("schema_evolution.removed_column", HERE + "a_column_that_the_stream_lacks"),
            Map.entry("schema_evolution.type_change", HERE + "a_column_of_another_type"),
            Map.entry("schema_evolution.nullability_change", HERE + "a_column_that_may_hold_no_nulls"),
            Map.entry("state.backend", HERE + "state_lies_where_it_is_said_to"),
            Map.entry("state.connection", HERE + "state_lies_where_it_is_said_to"),
            Map.entry(
                    "resources.parallelism",
                    "engine.OrchestratorTest#no_more_streams_run_at_once_than_parallelism_says"),
            Map.entry("resources.max_batch_bytes", HERE + "a_batch_holds_so_many_bytes"),
            Map.entry("resources.max_inflight_batches", HERE + "a_source_runs_ahead_by_so_many_batches"),
            Map.entry(
                    "resources.checkpoint_interval_bytes",
                    HERE + "a_checkpoint_is_due_after_so_many_rows_or_bytes_or_seconds"),
            Map.entry(
                    "resources.checkpoint_interval_rows",
                    HERE + "a_checkpoint_is_due_after_so_many_rows_or_bytes_or_seconds"),
            Map.entry(
                    "resources.checkpoint_interval_seconds",
                    HERE + "a_checkpoint_is_due_after_so_many_rows_or_bytes_or_seconds"),
            Map.entry("resources.max_retries", HERE + "a_failure_that_may_pass_is_tried_again_so_often"),
            Map.entry("resources.compression", HERE + "batches_are_compressed_if_asked")));

    @TempDir
    Path folder;

    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute(
                "create table t (id int primary key, a int)", "insert into t values (1, 10), (2, 20), (3, null)");
    }

    private PipelineText append() {
        return new PipelineText(source, target).append();
    }

    /** With an option of schema evolution. */
    private PipelineText evolving(String axis, String option) {
        return append().destination("schema_evolution: {" + axis + ": " + option + "}").stream("t");
    }

    private List<String> rows() {
        return target.values("select t::text from t order by t::text");
    }

    private void refused(PipelineText text) {
        Runs.fail(text, FailureKind.SCHEMA);
        assertThat(target.value("select count(*) from t")).isEqualTo("0");
    }

    @Test
    void every_setting_that_is_published_has_a_test() throws IOException {
        JsonNode schema = new ObjectMapper().readTree(Files.readString(Path.of("conf", "pipeline.schema.json")));
        TreeSet<String> published = new TreeSet<>();
        schema.path("properties").fieldNames().forEachRemaining(published::add);
        schema.path("$defs")
                .properties()
                .forEach(section -> section.getValue()
                        .path("properties")
                        .fieldNames()
                        .forEachRemaining(key -> published.add(section.getKey() + "." + key)));
        assertThat(SHOWN.keySet()).isEqualTo(published);
    }

    @Test
    void the_tests_that_are_named_are_there() {
        SHOWN.forEach((key, test) -> assertThatCode(() -> {
                    Class<?> type = Class.forName("io.rapidbyte." + test.substring(0, test.indexOf('#')));
                    List<Method> named = Arrays.stream(type.getDeclaredMethods())
                            .filter(method -> method.getName().equals(test.substring(test.indexOf('#') + 1)))
                            .toList();
                    assertThat(named).as(test).singleElement().matches(SettingsTest::isTest);
                })
                .as("%s by %s", key, test)
                .doesNotThrowAnyException());
    }

    private static boolean isTest(Method method) {
        return AnnotationSupport.isAnnotated(method, Test.class)
                || AnnotationSupport.isAnnotated(method, ParameterizedTest.class);
    }

    @Test
    void a_pipelines_name_tells_its_state_from_others() {
        PipelineText text = append().incremental("t", "id", "");
        succeed(text);
        assertThat(succeed(text).streams().getFirst().rowsWritten()).isZero();
        target.execute("truncate t");
        assertThat(Runs.succeed(text.named("another-" + target.name()))
                        .streams()
                        .getFirst()
                        .rowsWritten())
                .isEqualTo(3);
    }

    @Test
    void state_lies_where_it_is_said_to() {
        target.execute("create table t (id int, a int)");
        PipelineText text = append().incremental("t", "id", "");
        succeed(text);
        Path file = folder.resolve("elsewhere.db");
        assertThat(succeed(text.state("{backend: sqlite, connection: '" + file + "'}"))
                        .streams()
                        .getFirst()
                        .rowsWritten())
                .isEqualTo(3);
        assertThat(file).exists();
        Postgres.Database kept = Postgres.shared().database();
        String connection = "postgresql://postgres@127.0.0.1:" + kept.server().port() + "/" + kept.name();
        assertThat(succeed(text.state("{backend: postgres, connection: '" + connection + "'}"))
                        .streams()
                        .getFirst()
                        .rowsWritten())
                .isEqualTo(3);
        assertThat(kept.value("select cursor_value from rapidbyte.cursors")).isEqualTo("3");
    }

    @Test
    void ties_are_broken_by_the_key_or_by_another_column() {
        source.execute(
                "create table ties (id int primary key, other text not null unique, at int not null)",
                "insert into ties select i, 'other-' || i, 1 from generate_series(1, 3) i");
        target.execute("create table ties (id int, other text, at int)");
        for (String setting : List.of("", "tie_breaker_field: other")) {
            Path file = folder.resolve("state-" + setting.length() + ".db");
            succeed(append().incremental("ties", "at", setting).state("{connection: '" + file + "'}"));
            assertThat(Files.exists(file)).isTrue();
            String tie = Runs.read(file, "select tie_breaker from cursors");
            assertThat(tie.contains("other-3")).as(tie).isEqualTo(!setting.isEmpty());
        }
    }

    @Test
    void rows_are_upserted_by_the_sources_key_or_another() {
        target.execute("create table t (id int primary key, a int unique)", "insert into t values (9, 10)");
        source.execute("delete from t where id > 1");
        Runs.fail(new PipelineText(source, target).upsert().stream("t"), FailureKind.DESTINATION);
        succeed(new PipelineText(source, target).upsert().destination("primary_key: [a]").stream("t"));
        assertThat(rows()).containsExactly("(1,10)");
    }

    @Test
    void a_bad_row_fails_the_run_or_is_left_out_or_kept() {
        target.execute("create table t (id int, a int check (a < 20))");
        Runs.fail(append().stream("t"), FailureKind.DESTINATION);
        assertThat(rows()).isEmpty();
        StreamReport skipped = only(append().destination("on_data_error: skip").stream("t"));
        assertThat(skipped.rowsRejected()).isEqualTo(1);
        assertThat(letters()).isEqualTo("0");
        StreamReport kept = only(append().destination("on_data_error: dlq").stream("t"));
        assertThat(kept.rowsRejected()).isEqualTo(1);
        assertThat(letters()).isEqualTo("1");
    }

    private static StreamReport only(PipelineText text) {
        return succeed(text).streams().getFirst();
    }

    private String letters() {
        return Runs.read(Runs.STATE_FILE, "select count(*) from dead_letters where pipeline = '" + target.name() + "'");
    }

    @Test
    void so_many_bad_rows_are_kept_and_no_more() {
        target.execute("create table t (id int check (id > 3), a int)");
        PipelineText keeping = append().destination("on_data_error: dlq").stream("t");
        assertThat(only(keeping).rowsRejected()).isEqualTo(3);
        assertThat(Runs.fail(keeping.destination("max_dead_letters: 2"), FailureKind.DESTINATION)
                        .error()
                        .code())
                .isEqualTo("dlq.full");
    }

    @Test
    void a_column_that_the_table_lacks() {
        target.execute("create table t (id int)");
        refused(evolving("new_column", "fail"));
        succeed(evolving("new_column", "ignore"));
        assertThat(rows()).containsExactly("(1)", "(2)", "(3)");
        succeed(append().stream("t"));
        assertThat(rows()).contains("(1,)", "(1,10)");
    }

    @Test
    void a_column_that_the_stream_lacks() {
        target.execute("create table t (id int, a int, b int default 7)");
        refused(evolving("removed_column", "fail"));
        succeed(append().stream("t"));
        assertThat(rows()).containsExactly("(1,10,7)", "(2,20,7)", "(3,,7)");
    }

    @Test
    void a_column_of_another_type() {
        target.execute("create table t (id int, a smallint)");
        refused(append().stream("t"));
        succeed(evolving("type_change", "coerce"));
        assertThat(rows()).containsExactly("(1,10)", "(2,20)", "(3,)");
        succeed(evolving("type_change", "'null'"));
        assertThat(rows()).hasSize(6).contains("(1,)", "(2,)");
    }

    @Test
    void a_column_that_may_hold_no_nulls() {
        target.execute("create table t (id int, a int not null)");
        source.execute("delete from t where a is null");
        refused(evolving("nullability_change", "fail"));
        succeed(append().stream("t"));
        assertThat(rows()).containsExactly("(1,10)", "(2,20)");
    }

    /** Some 600 kB. */
    private void fillLarge() {
        source.execute(
                "create table large (id int primary key, pad text)",
                "insert into large select i, repeat('x', 1000) from generate_series(1, 600) i",
                "analyze large");
        target.execute("create table large (id int, pad text)");
    }

    @Test
    void a_batch_holds_so_many_bytes() {
        fillLarge();
        assertThat(only(append().stream("large")).batches()).isLessThan(4);
        assertThat(only(append().resource("max_batch_bytes: 64kb").stream("large"))
                        .batches())
                .isGreaterThan(5);
    }

    /**
     * While the destination waits for a lock, its source reads until as much is under way as may be; one that would let rows pass
     * has to wait for the destination's word.
     */
    @Test
    void a_source_runs_ahead_by_so_many_batches() throws Exception {
        fillLarge();
        CountDownLatch allRead = new CountDownLatch(1);
        PipelineText wide =
                append().sourceConfig("pass_through: 'off'").resource("max_batch_bytes: 64kb").stream("large");
        try (Connection lock = locked()) {
            RunHandle run = Runs.start(wide, event -> {
                if (event instanceof RunEvent.StreamProgress progress && progress.rowsRead() == 600) {
                    allRead.countDown();
                }
            });
            assertThat(allRead.await(60, TimeUnit.SECONDS))
                    .as("16 batches hold all rows")
                    .isTrue();
            lock.rollback();
            Runs.await(run.report());
        }

        AtomicLong read = new AtomicLong();
        target.execute("truncate large");
        try (Connection lock = locked()) {
            RunHandle run = Runs.start(wide.resource("max_inflight_batches: 1"), event -> {
                if (event instanceof RunEvent.StreamProgress progress) {
                    read.set(progress.rowsRead());
                }
            });
            awaitBlocked();
            // Time for a source that would not stop; one that does needs none.
            Thread.sleep(500);
            long ahead = read.get();
            lock.rollback();
            assertThat(Runs.await(run.report()).status()).isEqualTo(RunStatus.SUCCEEDED);
            assertThat(ahead)
                    .as("one batch is under way, and one is the destination's")
                    .isLessThan(300);
        }
    }

    private Connection locked() throws SQLException {
        Connection connection = target.connect();
        connection.setAutoCommit(false);
        connection.createStatement().execute("lock table large in access exclusive mode");
        return connection;
    }

    private void awaitBlocked() throws InterruptedException {
        while (target.values("select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = '"
                        + target.name() + "'")
                .isEmpty()) {
            Thread.sleep(10);
        }
    }

    @Test
    void a_checkpoint_is_due_after_so_many_rows_or_bytes_or_seconds() {
        fillLarge();
        assertThat(frontiers(append())).isEqualTo(1);
        assertThat(frontiers(append().resource("checkpoint_interval_rows: 100")))
                .isGreaterThan(2);
        assertThat(frontiers(append().resource("checkpoint_interval_bytes: 150000")))
                .isGreaterThan(2);
        // The whole table takes longer than that to read.
        source.execute(
                "create function slow(int) returns int language sql volatile as"
                        + " $$ select $1 from pg_sleep(case when $1 % 100 = 0 then 0.3 else 0 end) $$",
                "create view crawling as select slow(id) as id, pad from large");
        assertThat(frontiers(append().resource("checkpoint_interval_seconds: 1"), "crawling"))
                .isGreaterThan(1);
        assertThat(frontiers(append(), "crawling")).isEqualTo(1);
    }

    private long frontiers(PipelineText text) {
        return frontiers(text, "large");
    }

    private long frontiers(PipelineText text, String table) {
        PipelineText read = text.resource("max_batch_bytes: 64kb")
                .incremental(table, "id", "")
                .state("{connection: '" + folder.resolve("state-" + System.nanoTime() + ".db") + "'}");
        return Runs.events(read).stream()
                .filter(event -> event instanceof RunEvent.FrontierCommitted)
                .count();
    }

    @Test
    void a_failure_that_may_pass_is_tried_again_so_often() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        for (int retries : List.of(0, 1)) {
            assertThat(Runs.run(append().sourceAt("127.0.0.1", port).resource("max_retries: " + retries).stream("t"))
                            .streams()
                            .getFirst()
                            .attempts())
                    .isEqualTo(retries + 1);
        }
    }

    @Test
    void batches_are_compressed_if_asked() {
        fillLarge();
        assertThat(only(append().stream("large")).timings()).doesNotContainKey("source.compress");
        assertThat(only(append().resource("compression: lz4").stream("large")).timings())
                .containsKey("source.compress");
    }
}
