//! Incremental reads: whatever is interrupted wherever, each row comes once.

mod support;

use rapidbyte_sdk::types::{CursorNulls, CursorValue, ErrorCategory};
use rapidbyte_sdk::{ConnectorError, StreamContext};
use rapidbyte_testkit::Server;
use support::{cursor_value, going_on, incremental, read, try_read, validate, Random};

/// A type, and the cursor of row `i` in SQL: it never falls as `n` grows, and is often the same.
const CURSORS: [(&str, &str); 11] = [
    ("int2", "n - 5"),
    ("int4", "n * 1000000 - 5000000"),
    ("int8", "n * 1000000000000"),
    // Equal numbers are written with and without zeros.
    ("numeric", "(n || '.5' || repeat('0', (random() * 3)::int))::numeric"),
    ("numeric(10,3)", "n / 4.0 - 3"),
    ("text", "chr(60 + n::int) || E'\\'\"\\\\ ü'"),
    // By its own order the first letters would come among the last ones.
    ("varchar(20) COLLATE \"en-x-icu\"", "CASE WHEN n = 0 THEN 'A' ELSE chr(66 + n::int) END"),
    ("uuid", "(lpad(to_hex(n), 8, '0') || '-0000-4000-8000-00000000ffff')::uuid"),
    ("date", "'0001-12-20 BC'::date + n::int"),
    ("timestamp", "'1999-12-31 23:59:59.999990'::timestamp + n * interval '1 microsecond'"),
    ("timestamptz", "'9999-12-31 23:59:59.999990+00'::timestamptz + n * interval '1 microsecond'"),
];

/// What tells rows of one cursor apart.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ties {
    Key,
    CompositeKey,
    Configured,
    Nothing,
}

/// A table with rows that writers add to, read over and over by an engine that forgets all but the last
/// barrier.
struct Story<'s> {
    server: &'s Server,
    table: String,
    expression: &'static str,
    ties: Ties,
    random: Random,
    ctx: StreamContext,
    last: Option<CursorValue>,
    delivered: Vec<String>,
    rows_written: u64,
    /// The `n` of the last row written.
    greatest: u64,
}

impl<'s> Story<'s> {
    fn begin(server: &'s Server, number: usize, ties: Ties, nulls: CursorNulls, seed: u64) -> Story<'s> {
        let (cursor_type, expression) = CURSORS[number];
        let table = format!("story_{seed}");
        let constraint = match ties {
            Ties::Key => ", PRIMARY KEY (id)",
            Ties::CompositeKey => ", PRIMARY KEY (half, id)",
            Ties::Configured => ", UNIQUE (id, c)",
            Ties::Nothing => "",
        };
        server.run(&format!(
            "CREATE TABLE {table} (note text, half int2 NOT NULL, c {cursor_type}, id int8 NOT NULL{constraint})"
        ));
        let mut ctx = incremental(&table, "c");
        let cursor = ctx.cursor.as_mut().unwrap();
        cursor.nulls = nulls;
        cursor.tie_breaker_field = (ties == Ties::Configured).then(|| "id".to_owned());
        let random = Random(seed);
        Story {
            server,
            table,
            expression,
            ties,
            random,
            ctx,
            last: None,
            delivered: Vec::new(),
            rows_written: 0,
            greatest: 0,
        }
    }

    /// A writer commits some rows, none before a row that may have been read.
    fn write(&mut self, with_nulls: bool) {
        let count = 1 + self.random.below(60) as u64;
        let least = self.greatest;
        self.greatest += (count - 1) * 5 / count;
        let first = self.rows_written;
        self.rows_written += count;
        let null = if with_nulls { "i % 7 = 3" } else { "false" };
        // Rows that nothing tells apart may well be the same in every column.
        let id = if self.ties == Ties::Nothing { "i % 3" } else { "i" };
        self.server.run(&format!(
            "INSERT INTO {} SELECT repeat('x', (i % 40)::int), i / 1000, CASE WHEN {null} THEN NULL ELSE {} END, {id}
             FROM (SELECT i, {least} + (i - {first}) * 5 / {count} AS n
                   FROM generate_series({first}::int8, {}) i) written",
            self.table,
            self.expression,
            self.rows_written - 1,
        ));
    }

    /// Reads once; the run is cut off behind a barrier, before the first one, or not at all.
    fn run(&mut self, to_the_end: bool) {
        let mut ctx = going_on(self.ctx.clone(), self.last.as_ref());
        ctx.limits.max_batch_bytes = 1_500 + self.random.below(3_000) as u64;
        ctx.limits.checkpoint_interval_rows = 1 + self.random.below(40) as u64;
        let read = try_read(self.server, &ctx).unwrap_or_else(|error| panic!("{}: {error}", self.table));
        let mut places = read.barriers.clone();
        places.extend(read.summary.position.clone().map(|position| (read.rows.len(), position)));
        let cut = match to_the_end {
            true => places.len(),
            false => self.random.below(places.len() + 1),
        };
        if let Some((rows, payload)) = cut.checked_sub(1).map(|cut| &places[cut]) {
            self.delivered.extend(read.rows[..*rows].iter().map(|row| format!("{row:?}")));
            self.last = Some(cursor_value(payload));
        }
    }

    /// Every row that has a cursor, or had none at first, was delivered once.
    fn check(&mut self) {
        let all = read(self.server, &self.table);
        let keep = |row: &&Vec<Option<String>>| {
            row[2].is_some() || self.ctx.cursor.as_ref().unwrap().nulls == CursorNulls::IncludeOnce
        };
        let mut expected: Vec<String> = all.rows.iter().filter(keep).map(|row| format!("{row:?}")).collect();
        expected.sort();
        self.delivered.sort();
        assert_eq!(self.delivered.len(), expected.len(), "{}", self.table);
        assert_eq!(self.delivered, expected, "{}", self.table);
    }
}

#[test]
fn i12_i13_i14_each_row_comes_once_whatever_is_cut_off_and_whoever_writes() {
    let server = Server::start();
    for (number, cursor) in CURSORS.iter().enumerate() {
        for (index, ties) in [Ties::Key, Ties::CompositeKey, Ties::Configured, Ties::Nothing].into_iter().enumerate() {
            let seed = (number * 10 + index) as u64;
            println!("seed {seed}: {cursor:?}, {ties:?}");
            let nulls = if (number + index) % 2 == 0 { CursorNulls::IncludeOnce } else { CursorNulls::Exclude };
            let mut story = Story::begin(&server, number, ties, nulls, seed);
            story.write(true);
            for _ in 0..6 {
                story.run(false);
                // The greatest value so far comes again.
                story.write(false);
            }
            for _ in 0..3 {
                story.run(true);
            }
            story.check();
        }
    }
}

/// Reads everything behind `last`; gives the rows' first columns and the place that was reached.
fn read_on(server: &Server, ctx: &StreamContext, last: Option<&CursorValue>) -> (Vec<String>, Option<CursorValue>) {
    let read = try_read(server, &going_on(ctx.clone(), last)).unwrap_or_else(|error| panic!("{error}"));
    let mut ids: Vec<String> = read.rows.iter().map(|row| row[0].clone().unwrap_or_default()).collect();
    ids.sort();
    (ids, read.summary.position.as_deref().map(cursor_value))
}

fn refused(server: &Server, ctx: &StreamContext) -> ConnectorError {
    try_read(server, ctx).err().expect("the read is refused")
}

fn with_nulls(mut ctx: StreamContext, nulls: CursorNulls) -> StreamContext {
    ctx.cursor.as_mut().unwrap().nulls = nulls;
    ctx
}

fn with_tie_breaker(mut ctx: StreamContext, field: &str) -> StreamContext {
    ctx.cursor.as_mut().unwrap().tie_breaker_field = Some(field.to_owned());
    ctx
}

fn with_lag(mut ctx: StreamContext, seconds: u64) -> StreamContext {
    ctx.cursor.as_mut().unwrap().lag_seconds = seconds;
    ctx
}

#[test]
fn i9_a_run_without_new_rows_keeps_the_stored_value_to_the_letter() {
    let server = Server::start();
    server.run("CREATE TABLE t (id int8 PRIMARY KEY, c timestamptz)");
    let ctx = incremental("t", "c");
    assert_eq!(read_on(&server, &ctx, None), (vec![], None), "an empty table has no place to go on from");
    server.run("INSERT INTO t VALUES (1, '2024-05-06 07:08:09.000010+02'), (2, NULL)");
    let (ids, last) = read_on(&server, &ctx, None);
    assert_eq!(ids, ["1"]);
    let expected = CursorValue {
        type_name: "timestamptz".into(),
        value: "2024-05-06 05:08:09.000010+00".into(),
        tie_breaker: Some(r#"{"format":1,"columns":[["id","int8"]],"rows":{"up-to":["1"]}}"#.into()),
    };
    assert_eq!(last.as_ref(), Some(&expected));
    assert_eq!(read_on(&server, &ctx, last.as_ref()), (vec![], Some(expected)));
    // An empty read still gives the schema (I2).
    assert_eq!(try_read(&server, &going_on(ctx, last.as_ref())).unwrap().batches.len(), 1);
}

#[test]
fn i12_a_cursor_that_is_unique_needs_nothing_beside_it() {
    let server = Server::start();
    server.run("CREATE TABLE t (id int4 PRIMARY KEY, u int UNIQUE); INSERT INTO t VALUES (1, 1), (2, 2), (3, NULL)");
    for field in ["id", "u"] {
        let (_, last) = read_on(&server, &incremental("t", field), None);
        let saved = last.as_ref().and_then(|last| last.tie_breaker.clone());
        assert_eq!(saved.as_deref(), Some(r#"{"format":1,"columns":[],"rows":{"up-to":[]}}"#));
        assert!(read_on(&server, &incremental("t", field), last.as_ref()).0.is_empty());
    }
}

#[test]
fn i12_rows_that_nothing_tells_apart_are_known_by_their_content() {
    let server = Server::start();
    server.run(
        "CREATE TABLE t (id text, c int); CREATE VIEW v AS SELECT * FROM t;
         INSERT INTO t VALUES ('a', 1), ('b', 2), ('b', 2), (NULL, 2)",
    );
    let ctx = incremental("v", "c");
    let (ids, last) = read_on(&server, &ctx, None);
    assert_eq!(ids, ["", "a", "b", "b"]);
    // The same row once more, another one, and one of those delivered is gone; a new column changes nothing.
    server.run(
        "INSERT INTO t VALUES ('b', 2), ('d', 2), ('e', 3); DELETE FROM t WHERE id IS NULL;
         ALTER TABLE t ADD n int DEFAULT 7; CREATE OR REPLACE VIEW v AS SELECT * FROM t",
    );
    let (ids, next) = read_on(&server, &ctx, last.as_ref());
    assert_eq!(ids, ["b", "d", "e"]);
    assert!(read_on(&server, &ctx, next.as_ref()).0.is_empty());
    // With a column gone, what was delivered is no longer recognised.
    server.run("DROP VIEW v; CREATE VIEW v AS SELECT id, c FROM t");
    let error = refused(&server, &going_on(ctx, next.as_ref()));
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Schema, "pg.cursor-lost"), "{error}");
    assert!(error.message.contains("rapidbyte state reset --stream v"), "{error}");
}

#[test]
fn i12_no_place_is_named_while_delivered_rows_may_still_come() {
    let server = Server::start();
    server.run("CREATE TABLE t (id text, c int); INSERT INTO t VALUES ('a', 1), ('b', 1), ('c', 1)");
    let mut ctx = incremental("t", "c");
    ctx.limits.max_batch_bytes = 2_000;
    ctx.limits.checkpoint_interval_rows = 1;
    let (_, last) = read_on(&server, &ctx, None);
    // Now they lie behind many others of their cursor.
    server.run(
        "TRUNCATE t; INSERT INTO t SELECT i || repeat('x', 100), 1 FROM generate_series(1, 200) i;
         INSERT INTO t VALUES ('a', 1), ('b', 1), ('c', 1), ('d', 1), ('e', 2)",
    );
    let read = try_read(&server, &going_on(ctx.clone(), last.as_ref())).unwrap();
    assert!(read.batches.len() > 10 && !read.barriers.is_empty());
    assert_eq!(read.rows.len(), 202);
    for (rows, payload) in &read.barriers {
        let (rest, _) = read_on(&server, &ctx, Some(&cursor_value(payload)));
        assert_eq!(rows + rest.len(), 202, "behind {rows} rows");
    }
}

#[test]
fn i12_too_many_rows_of_one_cursor_are_an_error_only_at_the_end() {
    let server = Server::start();
    server.run("CREATE TABLE t (id int8, c int); INSERT INTO t SELECT i, 1 FROM generate_series(1, 25000) i");
    let mut ctx = incremental("t", "c");
    ctx.limits.checkpoint_interval_rows = 3_000;
    ctx.limits.max_batch_bytes = 20_000;
    let error = refused(&server, &ctx);
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Config, "pg.too-many-ties"));
    assert!(error.message.contains("tie_breaker_field") && error.message.contains("\"1\""), "{error}");
    server.run("INSERT INTO t VALUES (0, 2)");
    let read = try_read(&server, &ctx).unwrap();
    assert!(
        read.barriers.iter().all(|(rows, _)| *rows <= 20_000 || *rows == 25_001),
        "no place is named amid too many ties"
    );
    assert!(!read.barriers.is_empty());
    assert_eq!(cursor_value(&read.summary.position.unwrap()).value, "2");
    // A column that tells them apart makes it right.
    server.run("ALTER TABLE t ADD UNIQUE (id); DELETE FROM t WHERE c = 2");
    let findings = validate(&server, "rapid", &[with_tie_breaker(ctx.clone(), "id")]);
    assert!(findings.iter().any(|finding| finding.code == "pg.tie-breaker-not-unique"), "it may be NULL");
    server.run("ALTER TABLE t ALTER id SET NOT NULL");
    assert!(try_read(&server, &with_tie_breaker(ctx, "id")).is_ok());
}

#[test]
fn i12_what_told_rows_apart_must_still_do_so() {
    let server = Server::start();
    server
        .run("CREATE TABLE t (id int8 PRIMARY KEY, c int, k int4 NOT NULL); INSERT INTO t VALUES (1, 1, 1), (2, 1, 2)");
    let ctx = incremental("t", "c");
    let (_, last) = read_on(&server, &ctx, None);
    server
        .run("ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (k); INSERT INTO t VALUES (1, 1, 3)");
    let error = refused(&server, &going_on(ctx.clone(), last.as_ref()));
    assert_eq!(error.code, "pg.cursor-lost", "{error}");
    // Still unique, another key or not: the read goes on.
    server.run("DELETE FROM t WHERE k = 3; CREATE UNIQUE INDEX ON t (id); INSERT INTO t VALUES (3, 1, 3)");
    let (ids, next) = read_on(&server, &ctx, last.as_ref());
    assert_eq!(ids, ["3"]);
    assert!(next.unwrap().tie_breaker.unwrap().contains("\"k\""), "from now on the new key tells them apart");
}

#[test]
fn i9_a_cursor_of_another_type_or_a_newer_format_is_refused() {
    let server = Server::start();
    server.run("CREATE TABLE t (id int8 PRIMARY KEY, c int4); INSERT INTO t VALUES (1, 1)");
    let ctx = incremental("t", "c");
    let (_, last) = read_on(&server, &ctx, None);
    server.run("ALTER TABLE t ALTER c TYPE text USING c::text");
    let error = refused(&server, &going_on(ctx.clone(), last.as_ref()));
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Schema, "pg.cursor-type-changed"));
    assert!(error.message.contains("int4") && error.message.contains("state reset --stream t"), "{error}");
    let newer = CursorValue {
        type_name: "text".into(),
        value: "1".into(),
        tie_breaker: Some(r#"{"format":2,"what":"ever"}"#.into()),
    };
    let error = refused(&server, &going_on(ctx, Some(&newer)));
    assert!(error.code == "pg.cursor-lost" && error.message.contains("newer"), "{error}");
}

#[test]
fn i13_rows_without_a_cursor_follow_the_policy() {
    let server = Server::start();
    server.run("CREATE TABLE t (id int8 PRIMARY KEY, c int); INSERT INTO t VALUES (1, NULL), (2, NULL)");
    let ctx = incremental("t", "c");
    assert_eq!(read_on(&server, &with_nulls(ctx.clone(), CursorNulls::Exclude), None), (vec![], None));
    let error = refused(&server, &with_nulls(ctx.clone(), CursorNulls::Fail));
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Data, "pg.cursor-null"), "{error}");

    // Even where there are no others they come only once.
    let once = with_nulls(ctx.clone(), CursorNulls::IncludeOnce);
    let (ids, last) = read_on(&server, &once, None);
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(read_on(&server, &once, last.as_ref()), (vec![], last.clone()));
    server.run("INSERT INTO t VALUES (3, NULL), (4, 0)");
    let (ids, last) = read_on(&server, &once, last.as_ref());
    assert_eq!(ids, ["4"]);
    assert!(read_on(&server, &once, last.as_ref()).0.is_empty());
    server.run("DELETE FROM t WHERE c IS NULL");
    assert_eq!(read_on(&server, &with_nulls(ctx, CursorNulls::Fail), None).0, ["4"]);
}

#[test]
fn i13_a_cursor_that_nothing_could_follow_counts_as_none() {
    let server = Server::start();
    server.run(
        "CREATE TABLE t (id int8 PRIMARY KEY, d date, z timestamptz NOT NULL, n numeric);
         INSERT INTO t VALUES (1, '-infinity', '-infinity', '-Infinity'), (2, '2024-01-01', '2024-01-01', 1.50),
             (3, 'infinity', 'infinity', 'Infinity'), (4, 'infinity', 'infinity', 'NaN')",
    );
    for field in ["d", "z", "n"] {
        let ctx = incremental("t", field);
        let (ids, last) = read_on(&server, &ctx, None);
        assert_eq!(ids, ["1", "2"], "{field}");
        assert!(read_on(&server, &ctx, last.as_ref()).0.is_empty());
        let (ids, last) = read_on(&server, &with_nulls(ctx.clone(), CursorNulls::IncludeOnce), None);
        assert_eq!(ids, ["1", "2", "3", "4"], "{field}");
        assert!(["2024-01-01", "2024-01-01 00:00:00.000000+00", "1.50"].contains(&last.unwrap().value.as_str()));
        assert_eq!(refused(&server, &with_nulls(ctx, CursorNulls::Fail)).code, "pg.cursor-null");
    }
    // The other end is a value like any other.
    server.run("DELETE FROM t WHERE id > 1");
    for field in ["d", "z", "n"] {
        let (_, last) = read_on(&server, &incremental("t", field), None);
        assert!(read_on(&server, &incremental("t", field), last.as_ref()).0.is_empty());
    }
}

#[test]
fn a_lag_begins_before_the_stored_value_and_never_moves_it_back() {
    let server = Server::start();
    server.run(
        "CREATE TABLE t (id int8 PRIMARY KEY, c timestamptz, d date);
         INSERT INTO t VALUES (1, '2024-01-01 10:00+00', '2024-01-01'), (2, '2024-01-01 10:01+00', '2024-01-02')",
    );
    let ctx = incremental("t", "c");
    let (_, last) = read_on(&server, &ctx, None);
    server.run("INSERT INTO t VALUES (3, '2024-01-01 10:00:30+00', '2024-01-02')");
    assert!(read_on(&server, &ctx, last.as_ref()).0.is_empty(), "it was committed late");
    assert_eq!(
        read_on(&server, &with_lag(ctx.clone(), 60), last.as_ref()),
        (vec!["1".into(), "2".into(), "3".into()], last.clone())
    );
    assert_eq!(read_on(&server, &with_lag(ctx.clone(), 59), last.as_ref()).0, ["2", "3"]);
    server.run("DELETE FROM t WHERE id = 2");
    assert_eq!(read_on(&server, &with_lag(ctx, 59), last.as_ref()), (vec!["3".into()], last));
    let (_, day) = read_on(&server, &incremental("t", "d"), None);
    assert_eq!(
        read_on(&server, &with_lag(incremental("t", "d"), 1), day.as_ref()),
        (vec!["1".into(), "3".into()], day)
    );
    let error = refused(&server, &with_lag(incremental("t", "id"), 1));
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Config, "pg.cursor-lag"));
}

#[test]
fn what_cannot_be_a_cursor_is_refused_and_validate_says_so_too() {
    let server = Server::start();
    server.run("CREATE TABLE t (id int8 PRIMARY KEY, c int, f float8, b boolean)");
    let selecting = |columns: &[&str]| StreamContext {
        selected_columns: Some(columns.iter().map(|column| (*column).to_owned()).collect()),
        ..incremental("t", "c")
    };
    let none = StreamContext { cursor: None, ..incremental("t", "c") };
    for (ctx, code) in [
        (none, "pg.no-cursor"),
        (incremental("t", "f"), "pg.cursor-type"),
        (incremental("t", "b"), "pg.cursor-type"),
        (incremental("t", "d"), "pg.column-not-found"),
        (with_tie_breaker(incremental("t", "c"), "idd"), "pg.column-not-found"),
        (selecting(&["id", "b"]), "pg.cursor-not-selected"),
        (with_tie_breaker(selecting(&["c"]), "id"), "pg.cursor-not-selected"),
    ] {
        let error = refused(&server, &ctx);
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains("stream t") || error.message.contains("table t"), "{error}");
        assert!(validate(&server, "rapid", &[ctx]).iter().any(|finding| finding.code == code), "{code}");
    }
    // Without the key among the columns rows are told apart by their content.
    server.run("INSERT INTO t VALUES (1, 1), (2, 1)");
    let (ids, last) = read_on(&server, &selecting(&["c"]), None);
    assert_eq!(ids, ["1", "1"]);
    server.run("INSERT INTO t VALUES (3, 1)");
    assert_eq!(read_on(&server, &selecting(&["c"]), last.as_ref()).0, ["1"]);
}
