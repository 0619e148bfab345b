package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rapidbyte.engine.Difference;
import io.rapidbyte.engine.Difference.Kind;
import io.rapidbyte.engine.StreamVerdict;
import io.rapidbyte.engine.StreamVerdict.Status;
import io.rapidbyte.engine.VerifyOptions;
import io.rapidbyte.engine.VerifyOptions.Repair;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RepairSummary;
import io.rapidbyte.model.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever differs between two real servers is found, and only that is repaired. */
class VerifyTest {
    private static final VerifyOptions WRITE = new VerifyOptions(List.of(), false, Repair.WRITE);
    private static final VerifyOptions DELETE = new VerifyOptions(List.of(), false, Repair.WRITE_AND_DELETE);

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

    private StreamVerdict verify(PipelineText pipeline, VerifyOptions options) {
        return Runs.verify(pipeline, options).streams().getFirst();
    }

    private StreamVerdict verify(String stream) {
        return verify(pipeline().stream(stream), VerifyOptions.DEFAULT);
    }

    private void assertEqual(String stream, long rows) {
        StreamVerdict verdict = verify(stream);
        assertThat(verdict.failure()).isEmpty();
        assertThat(verdict.differences()).isEmpty();
        assertThat(verdict.status()).as(verdict.toString()).isEqualTo(Status.EQUAL);
        assertThat(verdict.sourceRows()).isEqualTo(rows);
        assertThat(verdict.targetRows()).isEqualTo(rows);
    }

    /** A table of 20,000 rows, copied. */
    private void users() {
        source.execute(
                "create table users (id bigint primary key, name text not null, amount numeric(12,2), at timestamptz, payload jsonb)",
                "insert into users select i, 'user ' || i, case when i % 50 > 0 then i / 100.0 end,"
                        + " timestamptz '2024-01-01' + i * interval '1 second', jsonb_build_object('n', i)"
                        + " from generate_series(1, 20000) i",
                "analyze users");
        succeed(pipeline().stream("users"));
    }

    private static Difference at(Kind kind, String... key) {
        return new Difference(List.of(key), kind);
    }

    @Test
    void a_copy_is_equal_to_its_source() {
        users();
        assertEqual("users", 20_000);
        assertThat(verify("users").ranges()).isGreaterThan(5);
    }

    @Test
    void each_difference_is_found_by_its_key_at_the_first_and_last_row_as_well() {
        users();
        target.execute(
                "update users set name = 'USER 1' where id = 1",
                "update users set amount = null where id = 7777",
                "delete from users where id = 12345",
                "update users set payload = '{\"n\": 0}' where id = 20000",
                "insert into users values (20001, 'extra')",
                "insert into users values (-1, 'extra')");

        StreamVerdict verdict = verify("users");

        assertThat(verdict.status()).isEqualTo(Status.DIFFERENT);
        assertThat(verdict.complete()).isTrue();
        assertThat(verdict.differences())
                .containsExactlyInAnyOrder(
                        at(Kind.DIFFERENT, "1"),
                        at(Kind.DIFFERENT, "7777"),
                        at(Kind.MISSING, "12345"),
                        at(Kind.DIFFERENT, "20000"),
                        at(Kind.EXTRA, "20001"),
                        at(Kind.EXTRA, "-1"));
        assertThat(verdict.sourceRows()).isEqualTo(20_000);
        assertThat(verdict.targetRows()).isEqualTo(20_001);
    }

    @Test
    void a_repair_writes_what_differs_and_deletes_only_with_consent() {
        users();
        target.execute(
                "alter table users add column note text default 'kept'",
                "create table touched (id bigint, how text)",
                "create function note() returns trigger language plpgsql as $$ begin"
                        + " insert into touched values (coalesce(new.id, old.id), tg_op); return null; end $$",
                "update users set name = 'wrong' where id in (5, 6)",
                "delete from users where id = 7",
                "insert into users values (99999, 'extra')",
                "create trigger noted after insert or update or delete on users for each row execute function note()");

        StreamVerdict written = verify(pipeline().stream("users"), WRITE);

        assertThat(written.status()).isEqualTo(Status.DIFFERENT);
        assertThat(written.repaired()).contains(new RepairSummary(1, 2, 0));
        assertThat(written.differences()).containsExactly(at(Kind.EXTRA, "99999"));
        assertThat(target.values("select id || how from touched order by 1"))
                .containsExactly("5UPDATE", "6UPDATE", "7INSERT");
        assertThat(target.value("select note from users where id = 5")).isEqualTo("kept");

        StreamVerdict deleted = verify(pipeline().stream("users"), DELETE);

        assertThat(deleted.repaired()).contains(new RepairSummary(0, 0, 1));
        assertThat(deleted.status()).isEqualTo(Status.REPAIRED);
        assertEqual("users", 20_000);
    }

    @Test
    void a_repair_is_refused_while_a_run_holds_the_lease_and_told_who_does() {
        users();
        target.execute("delete from users where id = 5");
        try (LeaseOfAnother lease = LeaseOfAnother.take(target.name())) {
            FailureException refusal =
                    catchThrowableOfType(FailureException.class, () -> Runs.verify(pipeline().stream("users"), WRITE));
            assertThat(refusal.failure().kind()).isEqualTo(FailureKind.STATE);
            assertThat(refusal.failure().error().message()).contains(lease.holder());
            assertThat(verify("users").status())
                    .as("who only looks needs no lease")
                    .isEqualTo(Status.DIFFERENT);
        }
        assertThat(verify(pipeline().stream("users"), WRITE).status()).isEqualTo(Status.REPAIRED);
        // and it gave the lease back
        assertThat(rows(succeed(pipeline().stream("users")))).isEqualTo(20_000);
    }

    private static long rows(RunReport report) {
        return report.streams().getFirst().rowsWritten();
    }

    @Test
    void the_command_lines_exit_codes_tell_equal_different_and_repaired(@TempDir Path folder) throws IOException {
        users();
        Command command = new Command(folder, pipeline().stream("users"));
        assertThat(command.plain(0, "verify").at("/status").asText()).isEqualTo("equal");
        target.execute("delete from users where id = 5");
        assertThat(command.plain(9, "verify").at("/streams/0/status").asText()).isEqualTo("different");
        assertThat(command.plain(0, "verify", "--repair")
                        .at("/streams/0/status")
                        .asText())
                .isEqualTo("repaired");
    }

    @Test
    void a_repair_may_fill_an_empty_table_and_empty_a_full_one() {
        users();
        target.execute("truncate users");
        assertThat(verify(pipeline().stream("users"), WRITE).repaired()).contains(new RepairSummary(20_000, 0, 0));
        assertEqual("users", 20_000);
        source.execute("truncate users");
        assertThat(verify(pipeline().stream("users"), DELETE).repaired()).contains(new RepairSummary(0, 0, 20_000));
        assertEqual("users", 0);
    }

    @Test
    void keys_of_every_kind_name_their_rows() {
        source.execute(
                "create type region as enum ('south', 'north')",
                "create table pairs (r region, code varchar(9), day date, v text, primary key (r, code, day))",
                "insert into pairs select (array['south', 'north'])[i % 2 + 1]::region, 'c''\\' || i % 500, date '2024-01-01' + i / 500, 'v'"
                        + " from generate_series(0, 4999) i",
                "create table ids (id uuid primary key, v int)",
                "insert into ids select md5(i::text)::uuid, i from generate_series(1, 9000) i",
                "create table words (w text primary key, v float8)",
                "insert into words select case when i % 2 = 0 then 'Ä' else 'z' end || i, i / 7.0 from generate_series(1, 9000) i",
                "create table decimals (d numeric(10,3) primary key, n numeric)",
                "insert into decimals select i / 8.0, i from generate_series(1, 5000) i",
                "analyze");
        String[] tables = {"pairs", "ids", "words", "decimals"};
        PipelineText pipeline = pipeline();
        for (String table : tables) {
            pipeline.stream(table);
        }
        succeed(pipeline);
        assertThat(target.columns("pairs")).contains("r text not null");
        assertThat(Runs.verify(pipeline, VerifyOptions.DEFAULT).streams())
                .allSatisfy(verdict ->
                        assertThat(verdict.status()).as(verdict.toString()).isEqualTo(Status.EQUAL));
        target.execute(
                "delete from pairs where r = 'north' and code = 'c''\\7' and day = '2024-01-03'",
                "update ids set v = 0 where v = 4711",
                "update words set v = -v where w = 'Ä100'",
                "delete from decimals where d = 12.5",
                "update decimals set n = n + 0.0000001 where d = 625");

        List<StreamVerdict> verdicts = Runs.verify(pipeline, WRITE).streams();

        assertThat(verdicts)
                .allSatisfy(verdict ->
                        assertThat(verdict.status()).as(verdict.toString()).isEqualTo(Status.REPAIRED));
        assertThat(verdicts.get(0).repaired()).contains(new RepairSummary(1, 0, 0));
        assertThat(verdicts.get(1).repaired()).contains(new RepairSummary(0, 1, 0));
        assertThat(verdicts.get(2).repaired()).contains(new RepairSummary(0, 1, 0));
        assertThat(verdicts.get(3).repaired()).contains(new RepairSummary(1, 1, 0));
    }

    @Test
    void a_table_without_a_key_is_compared_as_a_whole() {
        source.execute("create table t (a int, b text)", "insert into t select i, 'x' from generate_series(1, 100) i");
        succeed(pipeline().stream("t"));
        assertEqual("t", 100);
        target.execute("update t set b = 'y' where a = 5");

        StreamVerdict verdict = verify(pipeline().stream("t"), WRITE);

        assertThat(verdict.status()).isEqualTo(Status.DIFFERENT);
        assertThat(verdict.differences()).isEmpty();
        assertThat(verdict.repaired()).isEmpty();
        assertThat(String.join("\n", verdict.notes()))
                .contains("no primary key")
                .contains("not repaired");
    }

    @Test
    void types_that_the_destination_has_not_are_equal_as_text() {
        source.execute(
                "create type mood as enum ('sad', 'happy')",
                "create domain positive as int check (value > 0)",
                "create type pair as (a int, b text)",
                "create table custom (id int primary key, m mood, p positive, c pair, ma mood[])",
                "insert into custom values (1, 'happy', 5, row(1, 'x,y'), '{sad,happy}'), (2, null, null, null, null)");
        succeed(pipeline().stream("custom"));
        assertEqual("custom", 2);
        target.execute("update custom set m = 'sad' where id = 1");
        assertThat(verify(pipeline().stream("custom"), WRITE).status()).isEqualTo(Status.REPAIRED);
        assertThat(target.value("select m from custom where id = 1")).isEqualTo("happy");
    }

    @Test
    void every_type_is_equal_and_repaired() {
        source.execute(TypesTest.PLAIN, TypesTest.PLAIN_ROWS, TypesTest.RICH, TypesTest.RICH_ROW);
        PipelineText pipeline = pipeline().stream("plain").stream("rich");
        succeed(pipeline);
        assertThat(Runs.verify(pipeline, VerifyOptions.DEFAULT).streams())
                .allSatisfy(verdict ->
                        assertThat(verdict.status()).as(verdict.toString()).isEqualTo(Status.EQUAL));
        target.execute("delete from plain where id in (1, 3)", "delete from rich");

        assertThat(Runs.verify(pipeline, WRITE).streams())
                .allSatisfy(verdict ->
                        assertThat(verdict.status()).as(verdict.toString()).isEqualTo(Status.REPAIRED));

        for (String table : new String[] {"plain", "rich"}) {
            assertThat(target.fingerprint(table)).isEqualTo(source.fingerprint(table));
        }
    }

    @Test
    void columns_of_one_side_only_are_told_and_selected_ones_alone_compared() {
        users();
        target.execute("alter table users add column note text", "update users set name = 'x'");
        StreamVerdict verdict = verify(pipeline().streamWith("users", "columns: [id, amount]"), VerifyOptions.DEFAULT);
        assertThat(verdict.status()).isEqualTo(Status.EQUAL);
        assertThat(String.join("\n", verdict.notes()))
                .contains("only in the target")
                .contains("note");
    }

    @Test
    void a_key_that_nothing_keeps_unique_may_have_surplus_rows() {
        users();
        target.execute(
                "alter table users drop constraint users_pkey", "insert into users select * from users where id = 9");
        StreamVerdict verdict = verify(pipeline().stream("users"), WRITE);
        assertThat(verdict.differences()).containsExactly(at(Kind.SURPLUS, "9"));
        assertThat(verify(pipeline().stream("users"), DELETE).status()).isEqualTo(Status.REPAIRED);
        assertEqual("users", 20_000);
    }

    @Test
    void empty_tables_are_equal() {
        source.execute("create table nothing (id int primary key)");
        succeed(pipeline().stream("nothing"));
        assertEqual("nothing", 0);
    }

    @Test
    void a_stream_that_cannot_be_compared_does_not_hide_the_others() {
        users();
        source.execute("create table unloaded (id int primary key)");

        List<StreamVerdict> verdicts = Runs.verify(pipeline().stream("unloaded").stream("users"), VerifyOptions.DEFAULT)
                .streams();

        assertThat(verdicts.get(0).status()).isEqualTo(Status.FAILED);
        assertThat(verdicts.get(0).failure().orElseThrow().kind()).isEqualTo(FailureKind.SCHEMA);
        assertThat(verdicts.get(0).failure().orElseThrow().error().message()).contains("unloaded");
        assertThat(verdicts.get(1).status()).isEqualTo(Status.EQUAL);
    }

    @Test
    void a_repair_that_fails_changes_nothing() {
        users();
        target.execute(
                "delete from users where id in (3, 4)",
                "insert into users values (30000, 'extra')",
                "alter table users add constraint no_four check (id <> 4)");
        String before = target.fingerprint("users");

        StreamVerdict verdict = verify(pipeline().stream("users"), DELETE);

        assertThat(verdict.status()).isEqualTo(Status.FAILED);
        assertThat(verdict.failure().orElseThrow().kind()).isEqualTo(FailureKind.DESTINATION);
        assertThat(verdict.failure().orElseThrow().error().message()).contains("no_four");
        assertThat(target.fingerprint("users")).isEqualTo(before);
        assertEqualAfter("alter table users drop constraint no_four");
    }

    private void assertEqualAfter(String statement) {
        target.execute(statement);
        assertThat(verify(pipeline().stream("users"), DELETE).status()).isEqualTo(Status.REPAIRED);
        assertEqual("users", 20_000);
    }

    @Test
    void with_transforms_only_rows_are_counted() {
        users();
        PipelineText masked = pipeline().transform("transform-mask", "{fields: [name]}").stream("users");
        assertThatThrownBy(() -> Runs.verify(masked, VerifyOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.CONFIG))
                .hasMessageContaining("--count-only");
        VerifyOptions counting = new VerifyOptions(List.of(), true, Repair.NONE);
        target.execute("update users set name = '*'");
        assertThat(verify(masked, counting).status()).isEqualTo(Status.EQUAL);
        target.execute("delete from users where id = 1");
        assertThat(verify(masked, counting).status()).isEqualTo(Status.DIFFERENT);
    }

    @Test
    void an_unknown_stream_is_refused_by_name() {
        users();
        VerifyOptions options = new VerifyOptions(List.of("usres"), false, Repair.NONE);
        assertThatThrownBy(() -> Runs.verify(pipeline().stream("users"), options))
                .isInstanceOf(FailureException.class)
                .hasMessageContaining("usres")
                .hasMessageContaining("users");
    }
}
