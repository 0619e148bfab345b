package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.rapidbyte.engine.ReplayOptions;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters that are given to the destination once more, through the command line and through the engine. */
class ReplayTest {
    @TempDir
    Path folder;

    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute(
                "create table items (id bigint primary key, amount int not null)",
                "insert into items select i, i from generate_series(1, 20) i");
    }

    private PipelineText append() {
        return new PipelineText(source, target).append().destination("on_data_error: dlq").stream("items");
    }

    private PipelineText upsert() {
        return new PipelineText(source, target)
                .upsert()
                .destination("on_data_error: dlq")
                .incremental("items", "amount", "");
    }

    private List<String> amounts() {
        return target.values("select amount from items order by amount, id");
    }

    private static ReplayOptions overwriting() {
        return new ReplayOptions(List.of(), List.of(), true);
    }

    private static StreamReport only(RunReport report) {
        assertThat(report.status()).as("%s", report.failure()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.streams()).hasSize(1);
        return report.streams().getFirst();
    }

    @Test
    void what_is_mended_is_stored_and_what_is_not_stays_with_the_new_reason_I20() throws IOException {
        target.execute("create table items (id bigint, amount int constraint small check (amount < 16))");
        succeed(append());
        assertThat(amounts()).hasSize(15);
        Command dlq = new Command(folder, append());
        assertThat(dlq.json(0, "dlq", "list").at("/dead_letters")).hasSize(5);

        JsonNode dry = dlq.json(0, "dlq", "replay", "--dry-run");
        assertThat(dry.at("/selection/0/dead_letters").asLong()).isEqualTo(5);
        assertThat(amounts()).hasSize(15);

        target.execute(
                "alter table items drop constraint small, add constraint even check (amount < 16 or amount % 2 = 0)");
        JsonNode replayed = dlq.json(9, "dlq", "replay");
        assertThat(replayed.at("/streams/0/rows_read").asLong()).isEqualTo(5);
        assertThat(replayed.at("/streams/0/rows_written").asLong()).isEqualTo(3);
        assertThat(replayed.at("/streams/0/rows_rejected").asLong()).isEqualTo(2);
        assertThat(amounts()).hasSize(18).endsWith("16", "18", "20");
        JsonNode left = dlq.json(0, "dlq", "list").at("/dead_letters");
        assertThat(left).hasSize(2).allSatisfy(letter -> {
            assertThat(letter.get("message").asText()).contains("even").doesNotContain("small");
            assertThat(letter.get("tries").asLong()).isEqualTo(2);
        });

        target.execute("alter table items drop constraint even");
        assertThat(only(Runs.replay(append(), ReplayOptions.ALL)).rowsWritten()).isEqualTo(2);
        assertThat(target.fingerprint("items")).isEqualTo(source.fingerprint("items"));
        assertThat(dlq.json(0, "dlq", "list").at("/dead_letters")).isEmpty();
        assertThat(dlq.json(0, "dlq", "replay").at("/selection")).isEmpty();
    }

    @Test
    void only_what_is_asked_for() throws IOException {
        source.execute("create table others (a int)", "insert into others values (1), (2)");
        target.execute(
                "create table items (id bigint, amount int constraint small check (amount < 19))",
                "create table others (a int constraint small check (a < 1))");
        succeed(append().stream("others"));
        target.execute("alter table items drop constraint small", "alter table others drop constraint small");
        Command dlq = new Command(folder, append().stream("others"));

        long id = dlq.json(0, "dlq", "list", "--stream", "items")
                .at("/dead_letters/0/id")
                .asLong();
        assertThat(only(Runs.replay(append().stream("others"), new ReplayOptions(List.of(), List.of(id), false)))
                        .rowsWritten())
                .isEqualTo(1);
        assertThat(amounts()).hasSize(19);
        assertThat(target.value("select count(*) from others")).isEqualTo("0");
        only(Runs.replay(append().stream("others"), new ReplayOptions(List.of("others"), List.of(), false)));
        assertThat(amounts()).hasSize(19);
        assertThat(target.value("select count(*) from others")).isEqualTo("2");
        dlq.json(7, "dlq", "replay", "--id", Long.toString(id));
        dlq.json(3, "dlq", "replay", "--stream", "nothing");
        dlq.json(3, "dlq", "replay", "--overwrite");
    }

    @Test
    void a_replay_adds_to_a_table_that_runs_replace_and_leaves_out_what_a_later_run_has_read_again_I17() {
        PipelineText replace = new PipelineText(source, target).destination("on_data_error: dlq").stream("items");
        target.execute("create table items (id bigint primary key, amount int constraint small check (amount < 16))");
        succeed(replace);
        succeed(replace);
        target.execute("alter table items drop constraint small");

        assertThat(Runs.preview(replace, ReplayOptions.ALL).streams())
                .singleElement()
                .satisfies(stream -> {
                    assertThat(stream.letters()).isEqualTo(5);
                    assertThat(stream.obsolete()).isEqualTo(5);
                });
        assertThat(only(Runs.replay(replace, ReplayOptions.ALL)).rowsWritten()).isEqualTo(5);
        assertThat(target.fingerprint("items")).isEqualTo(source.fingerprint("items"));
    }

    @Test
    void a_row_does_not_take_the_place_of_a_newer_one_of_its_key_unless_it_shall() {
        target.execute("create table items (id bigint primary key, amount int constraint small check (amount < 19))");
        succeed(upsert());
        // 19 is mended at the source, 20 is not
        source.execute("update items set amount = 119 where id = 19");
        target.execute("alter table items drop constraint small");
        succeed(upsert());
        assertThat(amounts()).hasSize(19).endsWith("18", "119");

        StreamReport careful = only(Runs.replay(upsert(), ReplayOptions.ALL));
        assertThat(careful.rowsWritten()).isEqualTo(1);
        assertThat(careful.rowsRejected()).isEqualTo(1);
        assertThat(amounts()).endsWith("18", "20", "119");

        StreamReport bold = only(Runs.replay(upsert(), overwriting()));
        assertThat(bold.rowsWritten()).isEqualTo(1);
        assertThat(amounts()).endsWith("18", "19", "20");
    }

    @Test
    void the_last_of_several_dead_letters_of_a_key_wins_I18() {
        target.execute("create table items (id bigint primary key, amount int constraint small check (amount < 20))");
        succeed(upsert());
        source.execute("update items set amount = 21 where id = 20");
        succeed(upsert());
        target.execute("alter table items drop constraint small");

        assertThat(only(Runs.replay(upsert(), overwriting())).rowsWritten()).isEqualTo(2);
        assertThat(amounts()).hasSize(20).endsWith("19", "21");
    }

    @Test
    void a_load_that_a_run_left_open_goes_on_behind_a_replay_I8() {
        source.execute(
                "create table bulky (id bigint primary key, pad text)",
                "insert into bulky select i, repeat('x', 30000) from generate_series(1, 20) i");
        target.execute("create table bulky (id bigint, pad text, constraint small check (id not in (1, 18, 19)))");
        // The second of these rows is one too many, and fails the run when some frontiers are committed.
        PipelineText text = new PipelineText(source, target)
                        .append()
                        .sourceConfig("resume: key")
                        .destination("on_data_error: dlq")
                        .destination("max_dead_letters: 1")
                        .resource("max_batch_bytes: 64kb")
                        .resource("checkpoint_interval_rows: 4")
                        .stream("bulky");
        Runs.fail(text, FailureKind.DESTINATION);
        target.execute("alter table bulky drop constraint small");

        assertThat(only(Runs.replay(text, ReplayOptions.ALL)).rowsWritten()).isEqualTo(1);
        assertThat(only(succeed(text)).continuedFrom()).isPresent();
        assertThat(target.fingerprint("bulky")).isEqualTo(source.fingerprint("bulky"));
        assertThat(target.values("select pipeline from _rapidbyte_receipts order by 1"))
                .containsExactly(target.name(), target.name() + " (replay)");
    }

    @Test
    void values_of_every_type_are_as_they_were_I20_I27() {
        String columns = "id bigint, flag boolean, small smallint, plain int, real real, double double precision,"
                + " amount numeric(20,4), exact numeric, txt text, v varchar(20), c char(5), blob bytea, u uuid, j json,"
                + " jb jsonb, day date, clock time, wall timestamp, moment timestamptz, words text[], nums int[],"
                + " span interval, ip inet, r int4range, bad int";
        source.execute(
                "create table items2 (" + columns + ")",
                "insert into items2 values"
                        + " (1, true, -32768, 2147483647, 'NaN', '-0', -1234567890123456.7890, 'NaN',"
                        + " E'tab\\tnewline\\n\\\\back \"quote\" \\u0001 grüße', '', 'ab', '\\x00ff5c', "
                        + " 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"b\": 1,  \"a\": [1.10]}', '{\"b\": 1.10, \"a\": null}',"
                        + " '0044-03-15 BC', '24:00:00', 'infinity', '0001-01-01 00:00:00+00 BC',"
                        + " '{NULL,\"NULL\",\"a,b\",\"\"}', '{{1,2},{3,NULL}}', '1 year -2 days 03:04:05.678901',"
                        + " '10.1.2.3/8', '[1,10)', 1),"
                        + " (2, false, 0, -1, '-Infinity', 1e-310, 0, 1e100, '', 'null', '', '', "
                        + " '00000000-0000-0000-0000-000000000000', 'null', '\"x\"', '-infinity', '00:00:00.000001',"
                        + " '1969-12-31 23:59:59.999999', '99999-12-31 23:59:59.999999+00', '{}', '{}', '-00:00:01',"
                        + " '::1', 'empty', 1),"
                        + " (3, null, null, null, 1.1, 0.1, 0.0001, 123456789012345678901234567890.000100, null, null,"
                        + " null, null, null, null, null, null, null, null, 'infinity', null, null, null, null, null, 1)");
        target.execute("create table items2 (" + columns + ", constraint never check (bad <> 1))");
        PipelineText text =
                new PipelineText(source, target).append().destination("on_data_error: dlq").stream("items2");
        succeed(text);
        assertThat(target.value("select count(*) from items2")).isEqualTo("0");

        // Refused once more, so that what is kept has been read and printed twice.
        assertThat(only(Runs.replay(text, ReplayOptions.ALL)).rowsRejected()).isEqualTo(3);
        target.execute("alter table items2 drop constraint never");
        assertThat(only(Runs.replay(text, ReplayOptions.ALL)).rowsWritten()).isEqualTo(3);
        assertThat(target.fingerprint("items2")).isEqualTo(source.fingerprint("items2"));
    }

    @Test
    void a_column_that_was_made_wider_takes_what_it_refused() {
        target.execute("create table items (id smallint check (id < 10), amount numeric(3,0))");
        source.execute("update items set id = id + 40000 where id > 15");
        PipelineText coerce = append().destination("schema_evolution: {type_change: coerce}");
        succeed(coerce);
        assertThat(target.value("select count(*) from items")).isEqualTo("9");
        target.execute(
                "drop table items",
                "create table items (id bigint, amount bigint)",
                "insert into items select i, i from generate_series(1, 9) i");

        assertThat(only(Runs.replay(append(), ReplayOptions.ALL)).rowsWritten()).isEqualTo(11);
        assertThat(target.fingerprint("items")).isEqualTo(source.fingerprint("items"));
    }

    @Test
    void equal_rows_of_which_some_are_refused_again() {
        source.execute("create table twins (a int)", "insert into twins select 7 from generate_series(1, 5)");
        target.execute("create table twins (a int constraint never check (a <> 7))");
        PipelineText text = new PipelineText(source, target).append().destination("on_data_error: dlq").stream("twins");
        succeed(text);
        target.execute("alter table twins drop constraint never", "create unique index one on twins (a)");

        StreamReport first = only(Runs.replay(text, ReplayOptions.ALL));
        assertThat(first.rowsWritten()).isEqualTo(1);
        assertThat(first.rowsRejected()).isEqualTo(4);
        target.execute("drop index one");
        assertThat(only(Runs.replay(text, ReplayOptions.ALL)).rowsWritten()).isEqualTo(4);
        assertThat(target.value("select count(*) from twins")).isEqualTo("5");
    }

    @Test
    void a_replay_without_dead_letters_is_a_run_without_streams() {
        RunReport report = Runs.replay(append(), ReplayOptions.ALL);
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.streams()).isEmpty();
    }

    @Test
    void a_replay_needs_the_pipelines_lease() {
        target.execute("create table items (id bigint, amount int constraint small check (amount < 19))");
        succeed(append());
        try (LeaseOfAnother lease = LeaseOfAnother.take(target.name())) {
            FailureException refusal =
                    catchThrowableOfType(FailureException.class, () -> Runs.replay(append(), ReplayOptions.ALL));
            assertThat(refusal.failure().error().code()).isEqualTo("state.lease-held");
            assertThat(refusal.failure().error().message()).contains(lease.holder());
        }
        only(Runs.replay(append(), ReplayOptions.ALL));
    }
}
