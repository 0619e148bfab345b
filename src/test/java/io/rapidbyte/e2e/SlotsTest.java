package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.fail;
import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.StreamReport;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/** A slot that nobody watches fills its server's disk, and one that is lost loses changes (I25). On a server of its own, which forgets its log early. */
class SlotsTest {
    @TempDir
    private static Path folder;

    private static Postgres server;

    private Postgres.Database source;
    private Postgres.Database target;
    private PipelineText pipeline;

    @BeforeAll
    static void start() {
        server = Postgres.start(Map.of("max_slot_wal_keep_size", "64MB", "autovacuum", "off"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void databases() {
        source = server.database();
        target = server.database();
        source.execute("create table t (id int primary key)");
        pipeline = pipeline();
    }

    private PipelineText pipeline() {
        return new PipelineText(source, target).upsert().changes("t");
    }

    /** Writes at least so much log as so many segments hold. */
    private void log(int segments) {
        for (int i = 0; i < segments; i++) {
            source.execute("insert into t select coalesce(max(id), 0) + 1 from t", "select pg_switch_wal()");
        }
    }

    private String ownSlot() {
        return "rapidbyte_" + target.name();
    }

    @Test
    void slots_are_shown_with_their_readers_and_dropped_by_order() throws IOException {
        succeed(pipeline);
        source.execute("select pg_create_logical_replication_slot('" + target.name() + "_x', 'pgoutput')");
        JsonNode slots = new Command(folder, pipeline).json(0, "cdc", "slots").at("/slots");
        assertThat(slots.findValuesAsText("name")).containsExactly(target.name() + "_x", ownSlot());
        assertThat(slots.findValuesAsText("reader")).containsExactly("other", "pipeline");

        Command renamed = new Command(folder, pipeline().sourceConfig("replication_slot: " + target.name() + "_x"));
        slots = renamed.json(0, "cdc", "slots").at("/slots");
        assertThat(slots.findValuesAsText("reader")).containsExactly("pipeline", "earlier");
        assertThat(slots.at("/1/retained_bytes").asLong()).isPositive();
        assertThat(slots.at("/1/position").asText()).contains("/");
        assertThat(slots.at("/1/lost").asBoolean()).isFalse();

        assertThat(renamed.json(2, "cdc", "drop").at("/failure/message").asText())
                .contains("--yes");
        JsonNode dropped = renamed.json(0, "cdc", "drop", "--slot", ownSlot(), "--yes");
        assertThat(dropped.at("/dropped").findValuesAsText("name")).containsExactly(ownSlot());
        assertThat(renamed.json(3, "cdc", "drop", "--slot", ownSlot(), "--yes")
                        .at("/failure/message")
                        .asText())
                .contains("there is no slot " + ownSlot(), target.name() + "_x");
        renamed.json(0, "cdc", "drop", "--yes");
        assertThat(source.values("select slot_name from pg_replication_slots where database = current_database()"))
                .isEmpty();
        assertThat(fail(pipeline, FailureKind.SCHEMA).error().code()).isEqualTo("pg.slot-vanished");
    }

    @Test
    void a_slot_that_is_being_read_from_is_not_dropped() throws Exception {
        succeed(pipeline);
        try (Connection reader = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + source.name()
                                + "?user=postgres&replication=database&assumeMinServerVersion=12&preferQueryMode=simple");
                PGReplicationStream stream = reader.unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(ownSlot())
                        .withSlotOption("proto_version", 1)
                        .withSlotOption("publication_names", ownSlot())
                        .start()) {
            assertThat(stream.isClosed()).isFalse();
            JsonNode refused = new Command(folder, pipeline).json(3, "cdc", "drop", "--yes");
            assertThat(refused.at("/failure/message").asText()).contains("being read from");
            JsonNode slots =
                    new Command(folder, pipeline).json(0, "cdc", "slots").at("/slots");
            assertThat(slots.at("/0/active").asBoolean()).isTrue();
            // A run would take the changes away from under its reader.
            assertThat(fail(pipeline, FailureKind.CONFIG).error().code()).isEqualTo("pg.slot-in-use");
        }
    }

    /** I33: both settings, each with its default and another value. */
    @Test
    void log_that_is_kept_for_a_slot_is_warned_of_and_limited() {
        succeed(pipeline);
        log(2);
        assertThat(found(pipeline)).contains(Map.entry("pg.slot", Finding.Level.OK));
        PipelineText wary = pipeline().sourceConfig("retained_wal_warning_mb: 16");
        assertThat(found(wary)).contains(Map.entry("pg.slot-retains", Finding.Level.WARNING));
        PipelineText limited = pipeline().sourceConfig("retained_wal_limit_mb: 16");
        assertThat(found(limited)).contains(Map.entry("pg.slot-over-limit", Finding.Level.ERROR));
        // What sets the log free goes on.
        StreamReport told = succeed(limited).streams().getFirst();
        assertThat(told.warnings()).anyMatch(warning -> warning.contains("retained_wal_limit_mb is 16"));
        assertThat(target.fingerprint("t")).isEqualTo(source.fingerprint("t"));
    }

    private static List<Map.Entry<String, Finding.Level>> found(PipelineText pipeline) {
        return Runs.check(pipeline).findings().values().stream()
                .flatMap(List::stream)
                .map(finding -> Map.entry(finding.code(), finding.level()))
                .toList();
    }

    @Test
    void a_slot_that_the_server_gave_up_is_an_error_that_says_how_to_mend_it() throws IOException {
        succeed(pipeline);
        log(8);
        source.execute("checkpoint");
        Failure lost = fail(pipeline, FailureKind.SCHEMA);
        assertThat(lost.error().code()).isEqualTo("pg.slot-lost");
        assertThat(lost.error().message())
                .contains(
                        "max_slot_wal_keep_size",
                        "cdc drop --slot " + ownSlot(),
                        "state reset --stream",
                        "verify --repair --delete-extra");
        assertThat(found(pipeline)).contains(Map.entry("pg.slot-lost", Finding.Level.ERROR));
        Command command = new Command(folder, pipeline);
        assertThat(command.json(0, "cdc", "slots").at("/slots/0/lost").asBoolean())
                .isTrue();

        // As the message says.
        source.execute("delete from t where id = 1");
        command.json(0, "cdc", "drop", "--yes");
        command.json(0, "state", "reset");
        succeed(pipeline);
        command.plain(0, "verify", "--repair", "--delete-extra");
        assertThat(target.fingerprint("t")).isEqualTo(source.fingerprint("t"));
    }
}
