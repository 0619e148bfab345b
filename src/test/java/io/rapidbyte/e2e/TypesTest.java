package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.fail;
import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunReport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I27: every value survives, and every column lands in a column of its own type. */
class TypesTest {
    /** Types with an Arrow form, and their extremes. */
    static final String PLAIN = """
                create table plain (
                  id int primary key, b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12,2), wide numeric(38,10),
                  huge numeric(60,20), free numeric, negative numeric(5,-2), t text, v varchar(20), c char(5), raw bytea, u uuid, j json,
                  jb jsonb, d date, tm time, ts timestamp, tz timestamptz, nm name, o oid, ch "char", ts3 timestamp(3), tm0 time(0))""";

    static final String PLAIN_ROWS = """
                insert into plain values
                (1, true, -32768, -2147483648, -9223372036854775808, 'NaN', 'NaN', -9999999999.99, 1234567890123456789012345678.0123456789,
                 1234567890123456789012345678901234567890.01234567890123456789, 1e-200, 12345, '', 'x', 'a', '\\x00ff',
                 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a" :  1}', '{"b": [1, null]}', '0001-01-01 BC', '00:00', 'infinity', '-infinity', 'n', 7, 'x',
                 '2024-02-29 12:00:00.123', '23:59:59'),
                (2, false, 32767, 2147483647, 9223372036854775807, 'Infinity', '-Infinity', 9999999999.99, -1234567890123456789012345678.0123456789,
                 -0.00000000000000000001, 'NaN', -12300, 'naïve 🐘 \\ tab	', 'line
                 break', 'ab', '', '00000000-0000-0000-0000-000000000000', 'null', 'null', 'infinity', '24:00', '4713-01-01 00:00:00 BC',
                 '294246-12-31 23:59:59+00', 'é', 4294967295, 'y', '1970-01-01', '00:00:00'),
                (3, null, null, null, null, '-0', '-0', 0, 0, null, 'Infinity', null, null, null, null, null, null, null, null, '5874897-12-31', null,
                 '2000-01-01 00:00:00.000001', '1969-12-31 23:59:59.999999+00', null, null, null, null, null),
                (4, null, 0, 0, 0, 1e-45, 1e308, 0.01, 0.0000000001, 0, '-Infinity', 0, 'null', 'NULL', '', null, null, '"null"', '"null"',
                 '-infinity', '12:34:56.789012', '9999-12-31', '9999-12-31', '', 0, '', null, null),
                (5, true, 1, 1, 1, 1.5, 0.1, 1, 1, 1, 123456789012345678901234567890.000010, 100, E'a\\\\b', 'x', 'x', '\\x5c30', null, '1', '1', '2024-02-29',
                 '00:00:00.000001', '2024-02-29', '2024-02-29', 'x', 1, 'z', null, null)""";

    /** Types that travel as text. */
    static final String RICH = """
                create table rich (
                  id int primary key, ia int[], ta text[], nested numeric(5,1)[][], r int4range, tr tstzrange, mr int8multirange, ip inet, net cidr,
                  mac macaddr, mac8 macaddr8, iv interval, m money, bt bit(5), vb bit varying, pt point, ln line, sg lseg, bx box, pa path, po polygon,
                  ci circle, tv tsvector, tq tsquery, x xml, ttz timetz, lsn pg_lsn, jp jsonpath, rc regclass, ua uuid[], ja jsonb[], da date[])""";

    static final String RICH_ROW = """
                insert into rich values (1, '{1,NULL,-3}', '{a,"b,c","d\\"e",NULL,""}', '{{1.5,2},{3,4}}', '[1,5)', '[2024-01-01 00:00+00,)', '{[1,3),[7,9)}',
                 '192.168.0.1/24', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '1 year -2 mons +3 days 04:05:06.7', '-1234.56',
                 B'10101', B'1', '(1.5,-2)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '((0,0),(1,1))', '((0,0),(1,1),(2,0))', '<(0,0),5>',
                 'a fat cat', 'fat & cat', '<a>é</a>', '04:05:06.789+02', '16/B374D848', '$.a[*]', 'pg_class', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}',
                 array['{"a": 1}'::jsonb], '{infinity,"0044-03-15 BC"}')""";

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

    private void assertSame(String table) {
        assertThat(target.fingerprint(table)).isEqualTo(source.fingerprint(table));
        assertThat(target.columns(table)).isEqualTo(source.columns(table));
    }

    @Test
    void types_with_an_arrow_form() {
        source.execute(PLAIN, PLAIN_ROWS);

        succeed(pipeline().stream("plain"));

        assertSame("plain");
    }

    @Test
    void types_that_travel_as_text() {
        source.execute(RICH, RICH_ROW, "insert into rich (id) values (2)");

        succeed(pipeline().stream("rich"));

        assertSame("rich");
    }

    @Test
    void types_that_the_destination_has_not_land_as_text_and_that_is_said_once_per_column() {
        source.execute(
                "create type mood as enum ('sad', 'happy')",
                "create domain positive as int check (value > 0)",
                "create type pair as (a int, b text)",
                "create table custom (id int primary key, m mood, p positive, c pair, ma mood[])",
                "insert into custom values (1, 'happy', 5, row(1, 'x,y'), '{sad,happy}'), (2, null, null, null, null)");

        RunReport report = succeed(pipeline().stream("custom"));

        assertThat(target.columns("custom"))
                .containsExactly("id integer not null", "m text", "p text", "c text", "ma text");
        assertThat(target.values("select custom::text from custom order by id"))
                .containsExactly("(1,happy,5,\"(1,\"\"x,y\"\")\",\"{sad,happy}\")", "(2,,,,)");
        for (String column : new String[] {"\"m\"", "\"p\"", "\"c\"", "\"ma\""}) {
            assertThat(report.streams().getFirst().warnings().stream()
                            .filter(w -> w.contains(column) || w.contains(column.replace("\"", "`")))
                            .count())
                    .as(column + " in " + report.streams().getFirst().warnings())
                    .isEqualTo(1);
        }
    }

    @Test
    void types_that_the_destination_has_too_land_in_them() {
        for (Postgres.Database database : new Postgres.Database[] {source, target}) {
            database.execute(
                    "create type mood as enum ('sad', 'happy')", "create domain positive as int check (value > 0)");
        }
        source.execute(
                "create table custom (id int primary key, m mood, p positive)",
                "insert into custom values (1, 'happy', 5)");

        succeed(pipeline().stream("custom"));

        assertSame("custom");
    }

    @Test
    void a_numeric_that_arrow_cannot_hold_is_an_error_that_names_the_row() {
        source.execute(
                "create table t (id int primary key, n numeric(5,2))", "insert into t values (41, 1), (42, 'NaN')");

        Failure failure = fail(pipeline().sourceConfig("pass_through: 'off'").stream("t"), FailureKind.SOURCE);

        assertThat(failure.error().message()).contains("n").contains("42").contains("NaN");
        assertThat(
                        target.values(
                                "select tablename from pg_tables where schemaname = 'public' and tablename <> '_rapidbyte_receipts'"))
                .isEmpty();
    }

    /** Whatever its place in the table: the first row comes with COPY's header, and the last batch is small. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 30_000, 59_999, 60_000})
    void a_value_that_arrow_cannot_hold_passes_where_nobody_has_to_look_at_it(int row) {
        source.execute(
                "create table t (id int primary key, n numeric(5,2), at timestamptz, filler text)",
                "insert into t select i, i % 1000, '2024-01-01', repeat('x', 50) from generate_series(1, 60000) i",
                "update t set n = 'NaN', at = '294276-12-31 23:59:59.999999+00' where id = " + row,
                "cluster t using t_pkey");

        succeed(pipeline().stream("t"));

        assertSame("t");
    }

    @Test
    void three_hundred_columns() {
        StringBuilder columns = new StringBuilder("id int primary key");
        StringBuilder values = new StringBuilder("i");
        for (int c = 1; c < 300; c++) {
            columns.append(", c").append(c).append(c % 2 == 0 ? " text" : " bigint");
            values.append(c % 2 == 0 ? ", 'v' || i" : ", i * " + c);
        }
        source.execute(
                "create table wide (" + columns + ")",
                "insert into wide select " + values + " from generate_series(1, 500) i");

        succeed(pipeline().stream("wide"));

        assertSame("wide");
    }

    @Test
    void rows_of_five_megabytes() {
        source.execute(
                "create table fat (id int primary key, t text, b bytea)",
                "insert into fat select i, repeat(md5(i::text), 160000), decode(repeat(md5(i::text), 1000), 'hex') from generate_series(1, 8) i");

        succeed(pipeline().stream("fat"));

        assertSame("fat");
    }

    @Test
    void identifiers_of_every_kind() {
        String longest = "n".repeat(63);
        String[] tables = {"All Types", "CamelCase", "with\"quote", "emoji 🐘", "select", longest, "dot.ted", "it's"};
        PipelineText pipeline = pipeline();
        for (String table : tables) {
            String quoted = '"' + table.replace("\"", "\"\"") + '"';
            source.execute(
                    "create table " + quoted + " (\"Id\" int primary key, \"a \"\"b\"\"\" text, \"ünï\" text, \""
                            + longest + "\" int)",
                    "insert into " + quoted + " values (1, 'x', 'y', 2)");
            pipeline.stream(quoted);
        }

        succeed(pipeline);
        succeed(pipeline);

        for (String table : tables) {
            assertSame('"' + table.replace("\"", "\"\"") + '"');
        }
    }
}
