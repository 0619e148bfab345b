//! Rows of every kind arrive as they were, by either load method.

mod common;

use common::{barrier, batch, inbound, logs, target};
use rapidbyte_pg::tuples;
use rapidbyte_sdk::arrow::{Column, DataType, Field, Schema};
use rapidbyte_sdk::types::*;
use rapidbyte_sdk::{testing, ConnectorError};

fn people() -> Schema {
    Schema::new(vec![
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
        Field::new("name", DataType::Utf8, true).with_native_type("text"),
    ])
    .with_primary_key(&["id"])
}

fn person(columns: &mut [Column], row: usize) {
    columns[0].push_i64(row as i64);
    match row % 3 {
        0 => columns[1].push_null(),
        _ => columns[1].push_bytes(format!("tab\there, line\nthere, back\\slash {row}").as_bytes()),
    }
}

#[test]
fn append_creates_the_table_with_key_and_not_null() {
    let target = target("append_creates");
    let summary = target.append("people", vec![batch(&people(), 10, person)]).unwrap();
    assert_eq!((summary.rows, summary.batches), (10, 1));
    assert_eq!(target.ask("SELECT count(*) FROM people"), "10");
    assert_eq!(target.ask("SELECT string_agg(name, '' ORDER BY id) IS NOT NULL FROM people"), "t");
    assert_eq!(target.ask("SELECT name FROM people WHERE id = 4"), "tab\there, line\nthere, back\\slash 4");
    let columns = "SELECT string_agg(format('%s %s %s', attname, format_type(atttypid, atttypmod), attnotnull), ', ' \
                   ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'people'::regclass AND attnum > 0";
    assert_eq!(target.ask(columns), "id bigint t, name text f");
    let key =
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'people'::regclass AND contype = 'p'";
    assert_eq!(target.ask(key), "PRIMARY KEY (id)");
}

#[test]
fn append_adds_to_what_is_there() {
    let target = target("append_adds");
    target.append("people", vec![batch(&people(), 3, person)]).unwrap();
    let more = batch(&people(), 3, |columns, row| person(columns, row + 3));
    target.append("people", vec![more]).unwrap();
    assert_eq!(target.ask("SELECT count(*) FROM people"), "6");
}

#[test]
fn zero_rows_are_a_result() {
    let target = target("zero_rows");
    target.append("appended", vec![batch(&people(), 0, person)]).unwrap();
    assert_eq!(target.ask("SELECT count(*) FROM appended"), "0");
    target.replace("replaced", vec![batch(&people(), 5, person)]).unwrap();
    target.replace("replaced", vec![batch(&people(), 0, person)]).unwrap();
    assert_eq!(target.ask("SELECT count(*) FROM replaced"), "0");
    target.append("replaced", vec![batch(&people(), 2, person)]).unwrap();
    target.append("replaced", vec![batch(&people(), 0, person)]).unwrap();
    assert_eq!(target.ask("SELECT count(*) FROM replaced"), "2");
}

#[test]
fn a_failed_source_rolls_everything_back() {
    let target = target("failed_source");
    target.append("people", vec![batch(&people(), 3, person)]).unwrap();
    for mode in [WriteMode::Append, WriteMode::Replace] {
        let mut stream = inbound(vec![batch(&people(), 3, |columns, row| person(columns, row + 10))]);
        stream.pop();
        stream.push(Err(ConnectorError::transient_network("pg.connection-lost", "the source went away")));
        let error = target.write("people", mode, stream).unwrap_err();
        assert_eq!((error.code.as_str(), error.commit_state), ("pg.connection-lost", Some(CommitState::BeforeCommit)));
        assert_eq!(target.ask("SELECT count(*) FROM people"), "3");
        assert_eq!(target.ask("SELECT count(*) FROM pg_class WHERE relname LIKE '\\_rb\\_%'"), "0");
    }
}

#[test]
fn barriers_are_confirmed_after_the_commit_and_only_then_i6() {
    let mut target = target("barriers");
    target.load_id = Some("load".to_owned());
    testing::reset();
    let one = |id| Ok(Inbound::Batch(batch(&people(), 1, |columns, _| person(columns, id))));
    let failing = vec![one(1), barrier(1, false), one(2), Err(ConnectorError::cancelled("run.cancelled", "cancelled"))];
    target.write("people", WriteMode::Append, failing).unwrap_err();
    let seen = || testing::with(|host| (host.prepared.clone(), host.committed.iter().map(|b| b.0).collect::<Vec<_>>()));
    assert_eq!(seen(), (vec![1], vec![1]));
    assert_eq!(target.ask("SELECT string_agg(id::text, ' ') FROM people"), "1");
    target.write("people", WriteMode::Append, vec![one(2), barrier(2, false), one(3), barrier(3, true)]).unwrap();
    assert_eq!(seen(), (vec![1, 2, 3], vec![1, 2, 3]));
    assert_eq!(target.ask("SELECT string_agg(id::text, ' ' ORDER BY id) FROM people"), "1 2 3");
}

/// Types that travel in Arrow's own form, and values at their edges.
fn every_type() -> Schema {
    let field = |name: &str, data_type, native: &str| Field::new(name, data_type, true).with_native_type(native);
    Schema::new(vec![
        field("flag", DataType::Boolean, "boolean"),
        field("small", DataType::Int16, "smallint"),
        field("plain", DataType::Int32, "integer"),
        field("big", DataType::Int64, "bigint"),
        field("real", DataType::Float32, "real"),
        field("double", DataType::Float64, "double precision"),
        field("amount", DataType::Decimal128 { precision: 12, scale: 2 }, "numeric(12,2)"),
        field("any", DataType::Utf8, "numeric"),
        field("word", DataType::Utf8, "character varying(20)"),
        field("blob", DataType::Binary, "bytea"),
        field("id", DataType::FixedSizeBinary(16), "uuid"),
        field("doc", DataType::Utf8, "jsonb"),
        field("raw", DataType::Utf8, "json"),
        field("day", DataType::Date32, "date"),
        field("clock", DataType::Time64Micros, "time without time zone"),
        field("wall", DataType::timestamp(), "timestamp without time zone"),
        field("moment", DataType::timestamp_utc(), "timestamp with time zone"),
        field("kind", DataType::Int64, "oid"),
    ])
}

fn edges(columns: &mut [Column], row: usize) {
    if row == 2 {
        columns.iter_mut().for_each(Column::push_null);
        return;
    }
    let low = row == 0;
    columns[0].push_bool(low);
    columns[1].push_i16(if low { i16::MIN } else { i16::MAX });
    columns[2].push_i32(if low { i32::MIN } else { i32::MAX });
    columns[3].push_i64(if low { i64::MIN } else { i64::MAX });
    columns[4].push_f32(if low { f32::NAN } else { -0.0 });
    columns[5].push_f64(if low { f64::NEG_INFINITY } else { 5e-324 });
    columns[6].push_i128(if low { -999_999_999_999 } else { 100 });
    columns[7].push_bytes(if low { b"NaN" } else { b"-12345678901234567890.00012300" });
    columns[8].push_bytes(if low { b"" } else { "naïve ✓ 🐎\\N".as_bytes() });
    columns[9].push_bytes(if low { b"" } else { &[0, 255, b'\\', b'\n'] });
    columns[10].push_fixed([if low { 0 } else { 0xAB }; 16]);
    columns[11].push_bytes(br#"{"a": [1, null, "x\ny"]}"#);
    columns[12].push_bytes(br#"{"b":  2,"b":1}"#);
    columns[13].push_i32(if low { i32::MIN } else { -2_000_000 });
    columns[14].push_i64(if low { 0 } else { 86_400_000_000 });
    columns[15].push_i64(if low { i64::MAX } else { 253_402_300_800_000_000 });
    columns[16].push_i64(if low { i64::MIN } else { -62_135_596_800_000_001 });
    columns[17].push_i64(if low { 0 } else { 4_294_967_295 });
}

const EXPECTED: [&str; 3] = [
    "(t,-32768,-2147483648,-9223372036854775808,NaN,-Infinity,-9999999999.99,NaN,\"\",\"\\\\x\",\
     00000000-0000-0000-0000-000000000000,\"{\"\"a\"\": [1, null, \"\"x\\\\ny\"\"]}\",\"{\"\"b\"\":  2,\"\"b\"\":1}\",\
     -infinity,00:00:00,infinity,-infinity,0)",
    "(f,32767,2147483647,9223372036854775807,-0,5e-324,1.00,-12345678901234567890.00012300,\"naïve ✓ 🐎\\\\N\",\
     \"\\\\x00ff5c0a\",abababab-abab-abab-abab-abababababab,\"{\"\"a\"\": [1, null, \"\"x\\\\ny\"\"]}\",\
     \"{\"\"b\"\":  2,\"\"b\"\":1}\",\"3507-03-09 BC\",24:00:00,\"10000-01-01 00:00:00\",\
     \"0001-12-31 23:59:59.999999+00 BC\",4294967295)",
    "(,,,,,,,,,,,,,,,,,)",
];

fn printed(target: &common::Target, table: &str) -> Vec<String> {
    target.ask("SET TimeZone = 'UTC'");
    (0..3)
        .map(|row| target.ask(&format!("SET TimeZone = 'UTC'; SELECT t::text FROM {table} t OFFSET {row} LIMIT 1")))
        .collect()
}

#[test]
fn every_type_keeps_its_values_in_binary_and_in_text() {
    let mut target = target("every_type");
    target.append("via_binary", vec![batch(&every_type(), 3, edges)]).unwrap();
    assert_eq!(printed(&target, "via_binary"), EXPECTED);
    target.load_method = "insert";
    target.append("via_insert", vec![batch(&every_type(), 3, edges)]).unwrap();
    assert_eq!(printed(&target, "via_insert"), EXPECTED);
    // One column without a binary form makes the whole COPY one of text.
    target.load_method = "copy";
    let mut schema = every_type();
    schema.fields.push(Field::new("more", DataType::Utf8, true).with_native_type("integer[]"));
    let ipc = batch(&schema, 3, |columns, row| {
        edges(&mut columns[..18], row);
        columns[18].push_bytes(b"{1,NULL,3}");
    });
    target.append("via_text", vec![ipc]).unwrap();
    assert_eq!(target.ask("SELECT more[3] FROM via_text LIMIT 1"), "3");
    target.ask("ALTER TABLE via_text DROP COLUMN more");
    assert_eq!(printed(&target, "via_text"), EXPECTED);
}

#[test]
fn types_that_travel_as_text_land_as_themselves_where_they_are_known() {
    let mut target = target("text_types");
    target.ask("CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN positive AS numeric(8,2) CHECK (VALUE > 0)");
    let natives = [
        ("mood", "text_types.mood", "happy"),
        ("money_", "text_types.positive", "12.50"),
        ("span", "interval", "1 year 2 mons 3 days 04:05:06"),
        ("address", "inet", "10.0.0.1/8"),
        ("range_", "int4range", "[1,5)"),
        ("list", "text[]", "{a,\"b,\\\"c\",NULL}"),
        ("bits", "bit varying(5)", "101"),
        ("place", "point", "(1,2)"),
        ("zoned", "time with time zone", "04:05:06+02"),
        ("fixed", "character(5)", "ab   "),
        ("one", "\"char\"", "x"),
        ("there", "no_such_type", "kept"),
        ("odd", "not a type;", "kept too"),
    ];
    let fields =
        natives.iter().map(|(name, native, _)| Field::new(*name, DataType::Utf8, true).with_native_type(*native));
    let schema = Schema::new(fields.collect());
    for method in ["copy", "insert"] {
        target.load_method = method;
        let ipc = batch(&schema, 1, |columns, _| {
            columns.iter_mut().zip(natives).for_each(|(column, (_, _, value))| column.push_bytes(value.as_bytes()));
        });
        target.append(method, vec![ipc]).unwrap();
        for (name, native, value) in natives {
            let table = if method == "copy" { "\"copy\"" } else { "\"insert\"" };
            assert_eq!(
                target.ask(&format!("SELECT \"{name}\"::text FROM {table}")).trim_end(),
                value.trim_end(),
                "{native}"
            );
            let landed = target.ask(&format!("SELECT pg_typeof(\"{name}\") FROM {table}"));
            let known = !matches!(native, "no_such_type" | "not a type;");
            assert_eq!(landed == "text", !known, "{native} landed as {landed}");
        }
    }
    let warnings = logs().into_iter().filter(|line| line.contains("has no type no_such_type")).count();
    assert_eq!(warnings, 2, "once per column and table");
    rapidbyte_sdk::testing::reset();
    let schema = Schema::new(vec![Field::new("a", DataType::Utf8, true).with_native_type("no_such_type")]);
    target.replace("new", vec![batch(&schema, 0, |_, _| {})]).unwrap();
    target.ask("CREATE TABLE made (a text, g text GENERATED ALWAYS AS (a) STORED)");
    let schema = Schema::new(vec![Field::new("a", DataType::Utf8, true), Field::new("g", DataType::Utf8, true)]);
    target.replace("made", vec![batch(&schema, 0, |_, _| {})]).unwrap();
    assert!(!logs().iter().any(|line| line.contains("_rb_")), "{:?}", logs());
    let named = format!("\"{}\".\"new\": the destination has no type no_such_type", target.schema);
    assert!(logs().iter().any(|line| line.starts_with(&named)), "by the name that people know: {:?}", logs());
}

#[test]
fn odd_identifiers_are_taken_as_they_are() {
    let long = "ü".repeat(31) + "x";
    assert_eq!(long.len(), 63);
    let mut target = target("Odd \"Schema\" 🐎");
    for name in ["with \"quotes\"", "Capitals", "a b", "🐎", long.as_str(), "select", "x.y"] {
        let schema = Schema::new(vec![
            Field::new(name, DataType::Int32, false).with_native_type("integer"),
            Field::new("'; DROP TABLE x; --", DataType::Utf8, true).with_native_type("text"),
        ])
        .with_primary_key(&[name]);
        let ipc = || {
            batch(&schema, 2, |columns, row| {
                columns[0].push_i32(row as i32);
                columns[1].push_bytes(b"v");
            })
        };
        let stream = rapidbyte_sdk::names::quote_identifier(name);
        target.load_method = "copy";
        target.replace(&stream, vec![ipc()]).unwrap();
        target.load_method = "insert";
        target.replace(&stream, vec![ipc()]).unwrap();
        assert_eq!(target.ask(&format!("SELECT count(*) FROM {stream}")), "2", "{name}");
    }
}

#[test]
fn a_stream_of_many_batches_and_a_changing_schema_arrives_whole() {
    let target = target("changing");
    let wider = Schema::new(vec![
        Field::new("extra", DataType::Int32, true).with_native_type("integer"),
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
    ]);
    let batches = || {
        vec![
            batch(&people(), 3, person),
            batch(&people(), 3, |columns, row| person(columns, row + 3)),
            batch(&wider, 2, |columns, row| {
                columns[0].push_i32(7);
                columns[1].push_i64(row as i64 + 6);
            }),
        ]
    };
    for mode in [WriteMode::Append, WriteMode::Replace, WriteMode::Replace] {
        target.ask(if mode == WriteMode::Append { "DROP TABLE IF EXISTS people" } else { "SELECT 1" });
        let summary = target.write("people", mode, inbound(batches())).unwrap();
        assert_eq!(summary.rows, 8);
        assert_eq!(target.ask("SELECT count(*) || ' ' || count(extra) || ' ' || count(name) FROM people"), "8 2 4");
    }
}

/// A tuple of COPY's binary format: an id and a name.
fn tuple(columns: &mut [Column], row: usize) {
    let name = format!("name {row}");
    let fields = [&8i32.to_be_bytes()[..], &(row as i64).to_be_bytes(), &(name.len() as i32).to_be_bytes(), name.as_bytes()];
    columns[0].push_bytes(&[&2i16.to_be_bytes()[..], &fields.concat()].concat());
}

fn batch_of_tuples(rows: std::ops::Range<usize>) -> Vec<u8> {
    batch(&tuples::schema(), rows.len(), |columns, row| tuple(columns, rows.start + row))
}

fn offered() -> Vec<u8> {
    batch(&tuples::offer(people()), 0, person)
}

fn accepted() -> bool {
    testing::reset().accepted_forms == [tuples::FORM]
}

#[test]
fn tuples_go_to_the_server_as_they_are_in_every_mode_and_across_barriers() {
    let target = target("tuples");
    target.ask("CREATE TABLE people (added int DEFAULT 7, name text, id bigint PRIMARY KEY); INSERT INTO people VALUES (1, 'old', 3)");
    for (mode, rows) in [(WriteMode::Upsert, "0-9"), (WriteMode::Replace, "0-9"), (WriteMode::Append, "0-9")] {
        if mode == WriteMode::Append {
            target.ask("TRUNCATE people");
        }
        testing::reset();
        let mixed = batch(&tuples::offer(people()), 1, |columns, _| {
            columns[0].push_i64(9);
            columns[1].push_bytes(b"name 9");
        });
        let mut stream: Vec<_> = [offered(), batch_of_tuples(0..3)].map(|ipc| Ok(Inbound::Batch(ipc))).into();
        stream.push(barrier(1, false));
        stream.extend([batch_of_tuples(3..6), batch_of_tuples(6..9), mixed].map(|ipc| Ok(Inbound::Batch(ipc))));
        stream.push(barrier(2, true));
        let summary = target.write("people", mode, stream).unwrap();
        assert_eq!(summary.rows, 10, "{mode:?}");
        assert!(testing::reset().accepted_forms.iter().all(|form| form == tuples::FORM));
        assert_eq!(target.ask("SELECT min(id) || '-' || max(id) FROM people"), rows, "{mode:?}");
        assert_eq!(target.ask("SELECT count(*) FROM people WHERE name = 'name ' || id"), "10", "{mode:?}");
    }
}

#[test]
fn tuples_are_accepted_by_a_table_of_the_very_same_types_only() {
    let cases = [
        ("CREATE TABLE people (id bigint, name text)", true),
        ("CREATE TABLE people (name text, id bigint)", true),
        ("CREATE TABLE people (id bigint, name text, more int)", true),
        ("CREATE TABLE people (id numeric, name text)", false),
        ("CREATE TABLE people (id bigint, name varchar)", false),
        ("CREATE TABLE people (id bigint, name text GENERATED ALWAYS AS ('x') STORED)", false),
    ];
    for (number, (sql, takes)) in cases.into_iter().enumerate() {
        let target = target(&format!("very_same_{number}"));
        target.ask(sql);
        testing::reset();
        target.append("people", vec![offered()]).unwrap();
        assert_eq!(accepted(), takes, "{sql}");
        testing::reset();
        let written = target.run(2).append("people", vec![offered(), batch_of_tuples(0..3)]);
        match takes {
            true => assert_eq!(written.unwrap().rows, 3),
            false => assert_eq!(written.unwrap_err().code, "dest.tuples-not-accepted", "{sql}"),
        }
        let rows = if takes { "3" } else { "0" };
        assert_eq!(target.ask("SELECT count(*) FROM people"), rows, "{sql}");
    }
}

#[test]
fn tuples_are_neither_accepted_nor_taken_where_rows_have_to_be_told_apart() {
    let target = target("told_apart");
    testing::reset();
    target.append("not_offered", vec![batch(&people(), 1, person)]).unwrap();
    assert!(!accepted());
    target.with(|target| target.load_method = "insert").append("inserted", vec![offered()]).unwrap();
    assert!(!accepted());
    let guarded = target.with(|target| target.on_data_error = DataErrorPolicy::Skip);
    guarded.append("guarded", vec![offered()]).unwrap();
    assert!(!accepted());
    for (name, target) in [("guarded", &guarded), ("inserted", &target.with(|target| target.load_method = "insert"))] {
        let error = target.run(2).append(name, vec![offered(), batch_of_tuples(0..3)]).unwrap_err();
        assert_eq!(error.code, "dest.tuples-not-accepted");
    }
    let error = target.append("nameless", vec![batch_of_tuples(0..3)]).unwrap_err();
    assert_eq!(error.code, "dest.tuples-not-accepted");
}

#[test]
fn a_tuple_that_the_server_cannot_read_fails_the_load_and_leaves_nothing() {
    let target = target("broken_tuples");
    for broken in [&b"\xff\xff"[..], b"\0\x02\0\0\0\x08", b"\0\x03", b""] {
        let bad = batch(&tuples::schema(), 1, |columns, _| columns[0].push_bytes(broken));
        let error = target.append("people", vec![offered(), batch_of_tuples(0..3), bad, batch_of_tuples(3..6)]);
        match error {
            Err(error) => assert_eq!(error.commit_state, Some(CommitState::BeforeCommit), "{error}"),
            Ok(_) => assert!(broken.is_empty()),
        }
        let rows = if broken.is_empty() { "6" } else { "0" };
        assert_eq!(target.ask("SELECT count(*) FROM people"), rows);
    }
}
