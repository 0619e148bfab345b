//! Changes of real tables, as a server's log tells them (I23, I24, I26).

mod support;

use rapidbyte_sdk::types::{Cursor, CursorNulls, CursorValue, SyncMode, WriteMode};
use rapidbyte_sdk::StreamContext;
use rapidbyte_testkit::Server;
use support::{context, cursor_value, try_read, Read};

const COLUMNS_OF_A_CHANGE: usize = 5;

fn start() -> Server {
    Server::start_with(&["wal_level = logical", "max_replication_slots = 4"])
}

fn changes(stream: &str, last_value: Option<CursorValue>) -> StreamContext {
    let siblings = last_value.iter().cloned().collect();
    let cursor = Cursor {
        field: "_rb_lsn".to_owned(),
        tie_breaker_field: None,
        last_value,
        nulls: CursorNulls::Exclude,
        lag_seconds: 0,
        siblings,
        follow: None,
    };
    StreamContext { sync_mode: SyncMode::Cdc, cursor: Some(cursor), ..context(stream) }
}

/// Reads, and gives the cursor for the next read.
fn read(server: &Server, ctx: &StreamContext) -> (Read, CursorValue) {
    let read = try_read(server, ctx).unwrap_or_else(|error| panic!("{error}"));
    let end = cursor_value(read.summary.position.as_ref().expect("a place"));
    (read, end)
}

/// Values of the table's columns, with the operation in front.
fn told(read: &Read) -> Vec<Vec<String>> {
    let own = read.schema.fields.len() - COLUMNS_OF_A_CHANGE;
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".to_owned());
    read.rows.iter().map(|row| std::iter::once(&row[own]).chain(&row[..own]).map(text).collect()).collect()
}

#[test]
fn values_are_those_of_a_copy() {
    let server = start();
    server.run(
        "CREATE TYPE mood AS ENUM ('so', 'a \"b\"'); CREATE DOMAIN small AS int CHECK (VALUE < 10);
         CREATE TABLE t (id int PRIMARY KEY, b boolean, i2 smallint, i8 bigint, o oid, f4 real, f8 double precision,
             n numeric(12,2), n38 numeric(38,10), free numeric, txt text, vc varchar(9), bc char(5), c \"char\", nm name, by bytea,
             u uuid, j json, jb jsonb, d date, ti time, ts timestamp, tz timestamptz, ip inet, net cidr, m money, e mood, dom small,
             a int[], ta text[], r int4range, iv interval, x xml, bits bit(3), p point, ttz timetz);
         INSERT INTO t VALUES (1, true, -32768, 9223372036854775807, 4294967295, 0.1, '-0', 9999999999.99, -1e-10, 1e200, 'null', '',
             'ab', 'x', 'nm', '\\x00ff', '00112233-4455-6677-8899-aabbccddeeff', '{\"a\" :  1}', '{\"b\": 1}', '0044-03-15 BC', '24:00',
             '0001-01-01 BC', '2024-02-29 12:00:00.5+05:30', '1.2.3.4', '10.0.0.0/8', '12.34', 'a \"b\"', 7, '{1,NULL}',
             '{\"a,b\",NULL,\"null\"}', '[1,5)', '1 year -2 days 03:04:05.6', '<a/>', B'101', '(1,2)', '01:02+03');
         INSERT INTO t (id, f4, f8, txt, d, ts, tz, ip, c, n) VALUES (2, 'NaN', 'Infinity', E'\u{1F418} \\\\ tab\\t', 'infinity', '-infinity',
             'infinity', '::1', '', -0.01);
         INSERT INTO t (id, d, ts, ip) VALUES (3, '5874897-12-31', '294246-01-01', '10.0.0.1/8'), (4, '4713-01-01 BC', '1969-12-31 23:59:59.000001', NULL)",
    );
    let (copy, place) = read(&server, &changes("t", None));
    assert_eq!(copy.rows.len(), 4);
    server.run("UPDATE t SET id = id + 10");
    let (drained, _) = read(&server, &changes("t", Some(place)));
    assert_eq!(drained.schema, copy.schema);
    let inserted: Vec<_> = told(&drained).into_iter().filter(|row| row[0] == "insert").collect();
    assert_eq!(inserted.len(), 4);
    for (before, after) in told(&copy).iter().zip(&inserted) {
        assert_eq!(before[2..], after[2..]);
    }
}

#[test]
fn each_change_is_told_and_none_twice() {
    let server = start();
    server.run("CREATE TABLE t (id int PRIMARY KEY, a text, b text); INSERT INTO t VALUES (1, 'a', 'b')");
    let (copy, place) = read(&server, &changes("t", None));
    assert_eq!(told(&copy), [["snapshot", "1", "a", "b"]]);
    server.run("INSERT INTO t VALUES (2, NULL, 'null')");
    server.run("BEGIN; UPDATE t SET a = 'A' WHERE id = 1; UPDATE t SET id = 3 WHERE id = 2; DELETE FROM t WHERE id = 1; COMMIT");
    server.run("BEGIN; INSERT INTO t VALUES (9); SAVEPOINT s; INSERT INTO t VALUES (8); ROLLBACK TO s; COMMIT");
    server.run("BEGIN; INSERT INTO t VALUES (7); ROLLBACK");
    server.run("CREATE TABLE elsewhere (id int PRIMARY KEY); INSERT INTO elsewhere VALUES (1)");
    server.run("TRUNCATE t");
    let (drained, next) = read(&server, &changes("t", Some(place)));
    assert_eq!(
        told(&drained),
        [
            ["insert", "2", "NULL", "null"],
            ["update", "1", "A", "b"],
            ["delete", "2", "NULL", "NULL"],
            ["insert", "3", "NULL", "null"],
            ["delete", "1", "NULL", "NULL"],
            ["insert", "9", "NULL", "NULL"],
            ["truncate", "NULL", "NULL", "NULL"],
        ]
    );
    let column = |name: &str| drained.schema.fields.iter().position(|field| field.name == name).unwrap();
    let numbers: Vec<_> = drained.rows.iter().map(|row| row[column("_rb_seq")].clone().unwrap()).collect();
    assert_eq!(numbers, ["1", "1", "2", "3", "4", "1", "1"]);
    let places: Vec<_> = drained.rows.iter().map(|row| row[column("_rb_lsn")].clone().unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    let (again, _) = read(&server, &changes("t", Some(next)));
    assert_eq!((again.rows.len(), again.batches.len()), (0, 1), "the schema comes nevertheless");
}

#[test]
fn what_is_stored_out_of_line_is_kept_apart_from_null() {
    let server = start();
    server.run(
        "CREATE TABLE t (id int PRIMARY KEY, n int, body text); ALTER TABLE t ALTER body SET STORAGE EXTERNAL;
         CREATE TABLE whole (LIKE t INCLUDING ALL); ALTER TABLE whole REPLICA IDENTITY FULL",
    );
    let fill = "SELECT 1, 0, repeat('x', 5000)";
    server.run(&format!("INSERT INTO t {fill}; INSERT INTO whole {fill}"));
    let (_, place) = read(&server, &changes("t", None));
    let (_, place_of_whole) = read(&server, &changes("whole", None));
    server.run("UPDATE t SET n = 1; UPDATE whole SET n = 1; UPDATE t SET body = NULL; INSERT INTO t VALUES (2, 0, repeat('y', 5000)); UPDATE t SET id = 4 WHERE id = 2");
    // As one pipeline's: the slot is to stay where the last of them needs it.
    let beside = |stream: &str, last_value: &CursorValue| {
        let mut ctx = changes(stream, Some(last_value.clone()));
        ctx.cursor.as_mut().unwrap().siblings = vec![place.clone(), place_of_whole.clone()];
        ctx
    };
    let (of_whole, _) = read(&server, &beside("whole", &place_of_whole));
    let body = "x".repeat(5000);
    assert_eq!(told(&of_whole), [["update", "1", "1", &body]]);
    let (log, _) = read(&server, &beside("t", &place));
    let unchanged = |read: &Read| read.rows.iter().map(|row| row[7].clone()).collect::<Vec<_>>();
    assert_eq!(told(&log)[0], ["update", "1", "1", "NULL"]);
    let named = Some(r#"["body"]"#.to_owned());
    assert_eq!(unchanged(&log), [named.clone(), None, None, None, named.clone()]);
    let upsert = StreamContext { write_mode: WriteMode::Upsert, ..beside("t", &place) };
    let (table, _) = read(&server, &upsert);
    assert_eq!(told(&table)[4], ["insert", "4", "0", &"y".repeat(5000)], "the table itself was asked");
    assert_eq!(unchanged(&table), [named, None, None, None, None]);
}

/// A destination's commit must not tear a transaction of the source (I23).
#[test]
fn barriers_lie_between_transactions() {
    let server = start();
    server.run("CREATE TABLE t (id int PRIMARY KEY)");
    let (_, place) = read(&server, &changes("t", None));
    for first in [0, 1000, 2000] {
        server.run(&format!("INSERT INTO t SELECT generate_series({first} + 1, {first} + 700)"));
    }
    let mut ctx = changes("t", Some(place.clone()));
    ctx.limits.checkpoint_interval_rows = 100;
    ctx.limits.max_batch_bytes = 4 << 10;
    let (drained, _) = read(&server, &ctx);
    let barriers: Vec<usize> = drained.barriers.iter().map(|(rows, _)| *rows).collect();
    assert_eq!(barriers, [700, 1400, 2100]);
    let (rest, _) = read(&server, &changes("t", Some(cursor_value(&drained.barriers[0].1))));
    assert_eq!(rest.rows.len(), 1400, "a read goes on behind a barrier");
    assert!(try_read(&server, &changes("t", Some(place))).is_err(), "the slot has moved on with the cursor");
}

#[test]
fn a_place_of_something_else_is_refused() {
    let server = start();
    server.run("CREATE TABLE t (id int PRIMARY KEY)");
    let (_, place) = read(&server, &changes("t", None));
    let code = |value: &CursorValue| match try_read(&server, &changes("t", Some(value.clone()))) {
        Ok(_) => "none".to_owned(),
        Err(error) => error.code,
    };
    server.run("DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY)");
    assert_eq!(code(&place), "pg.cdc-place-lost", "the table was made anew");
    let ahead = CursorValue { value: "FFFF/0".to_owned(), ..place.clone() };
    assert_eq!(code(&ahead), "pg.cdc-place-lost", "the server was restored");
    let of_a_column = CursorValue { type_name: "int8".to_owned(), ..place };
    assert_eq!(code(&of_a_column), "pg.cdc-place-lost");
}
