//! Bad rows are left out, told without loss, and alone (I19, I20, I21).

mod common;

use common::{barrier, batch, inbound, target, Target};
use rapidbyte_sdk::arrow::{DataType, Field, Schema};
use rapidbyte_sdk::testing;
use rapidbyte_sdk::types::*;

fn numbers() -> Schema {
    Schema::new(vec![
        Field::new("id", DataType::Int64, true).with_native_type("bigint"),
        Field::new("n", DataType::Utf8, true).with_native_type("numeric"),
    ])
    .with_primary_key(&["id"])
}

fn guarded(schema: &str, policy: DataErrorPolicy) -> Target {
    testing::reset();
    let target = target(schema).with(|target| target.on_data_error = policy);
    target.ask("CREATE TABLE t (id bigint PRIMARY KEY, n numeric CHECK (n >= 0))");
    target
}

/// Rows whose `n` is what `value` gives.
fn rows(ids: std::ops::Range<i64>, value: impl Fn(i64) -> &'static str) -> Vec<u8> {
    batch(&numbers(), (ids.end - ids.start) as usize, |columns, row| {
        let id = ids.start + row as i64;
        columns[0].push_i64(id);
        columns[1].push_bytes(value(id).as_bytes());
    })
}

fn rejected_ids() -> Vec<i64> {
    testing::with(|host| {
        let id = |record: &RejectedRecord| {
            let row: serde_json::Value = serde_json::from_str(&record.row).expect("a row is JSON");
            row["id"].as_str().expect("every value is a string").parse().expect("an id")
        };
        host.rejected.iter().map(id).collect()
    })
}

#[test]
fn bad_rows_are_found_wherever_they_lie_i19() {
    const ROWS: i64 = 100;
    for mode in [WriteMode::Append, WriteMode::Upsert, WriteMode::Replace] {
        for (load_method, case) in [("copy", 0), ("insert", 1)] {
            let all: Vec<i64> = (0..ROWS).collect();
            let places: [&[i64]; 7] = [&[0], &[99], &[50], &[49, 50], &[0, 1, 2, 98, 99], &all, &[]];
            for (number, bad) in places.into_iter().enumerate() {
                let name = format!("bad_{mode:?}_{case}_{number}").to_lowercase();
                let target = guarded(&name, DataErrorPolicy::Dlq).with(|target| target.load_method = load_method);
                // Refused by the server where it checks the row, or by us where there is no form for it.
                let value = |id: i64| match bad.iter().position(|other| *other == id) {
                    None => "1.5",
                    Some(n) if n % 2 == 0 && mode != WriteMode::Replace => "-1",
                    Some(_) => "no number",
                };
                let batches = vec![rows(0..30, value), rows(30..31, value), rows(31..ROWS, value)];
                let summary = target.write("t", mode, inbound(batches)).unwrap();
                assert_eq!(
                    (summary.rows, summary.rejected),
                    ((ROWS as u64) - bad.len() as u64, bad.len() as u64),
                    "{name}"
                );
                assert_eq!(rejected_ids(), bad, "{name}");
                assert_eq!(
                    target.ask("SELECT count(*) || ' ' || count(DISTINCT id) FROM t"),
                    format!("{0} {0}", summary.rows),
                    "{name}"
                );
                assert_eq!(target.ask("SELECT rows FROM _rapidbyte_receipts"), summary.rows.to_string());
            }
        }
    }
}

#[test]
fn a_rejected_row_is_told_without_loss_i20() {
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
        Field::new("amount", DataType::Decimal128 { precision: 38, scale: 3 }, true).with_native_type("numeric(38,3)"),
        Field::new("ratio", DataType::Float64, true).with_native_type("double precision"),
        Field::new("blob", DataType::Binary, true).with_native_type("bytea"),
        Field::new("at", DataType::timestamp_utc(), true).with_native_type("timestamp with time zone"),
        Field::new("flag", DataType::Boolean, true).with_native_type("boolean"),
        Field::new("none", DataType::Utf8, true).with_native_type("text"),
        Field::new("say \"hi\"\n", DataType::Utf8, true).with_native_type("text"),
    ]);
    let target = target("lossless").with(|target| target.on_data_error = DataErrorPolicy::Dlq);
    testing::reset();
    target.ask("CREATE TABLE t (id bigint CHECK (id > 0))");
    let ipc = batch(&schema, 1, |columns, _| {
        columns[0].push_i64(-9_007_199_254_740_993);
        columns[1].push_i128(-12_345_678_901_234_567_890_123_456_789_012_345_678);
        columns[2].push_f64(f64::NAN);
        columns[3].push_bytes(&[0, 255, 10]);
        columns[4].push_i64(1);
        columns[5].push_bool(true);
        columns[6].push_null();
        columns[7].push_bytes("\u{1}\"✓".as_bytes());
    });
    let summary = target.write("public.t", WriteMode::Append, inbound(vec![ipc])).unwrap();
    assert_eq!((summary.rows, summary.rejected), (0, 1));
    let record = testing::with(|host| host.rejected.pop().unwrap());
    assert_eq!(
        (record.stream_name.as_str(), record.category, record.code.as_str()),
        ("public.t", ErrorCategory::Data, "pg.sqlstate-23514")
    );
    let row: serde_json::Value = serde_json::from_str(&record.row).unwrap();
    let expected = serde_json::json!({
        "id": "-9007199254740993", "amount": "-12345678901234567890123456789012345.678", "ratio": "NaN", "blob": "\\x00ff0a",
        "at": "1970-01-01 00:00:00.000001+00", "flag": "t", "none": null, "say \"hi\"\n": "\u{1}\"✓"
    });
    assert_eq!(row, expected);
}

#[test]
fn skipped_rows_are_counted_and_told_to_nobody_i20() {
    let target = guarded("skipped", DataErrorPolicy::Skip);
    let summary = target
        .write("t", WriteMode::Append, inbound(vec![rows(0..10, |id| if id == 3 { "-1" } else { "1" })]))
        .unwrap();
    assert_eq!((summary.rows, summary.rejected, rejected_ids().len()), (9, 1, 0));
}

#[test]
fn a_null_in_a_key_is_rejected_alone_i18() {
    let target = guarded("null_keys", DataErrorPolicy::Dlq);
    let ipc = batch(&numbers(), 5, |columns, row| {
        if row == 2 {
            columns[0].push_null();
        } else {
            columns[0].push_i64(7);
        }
        columns[1].push_bytes(row.to_string().as_bytes());
    });
    let summary = target.write("t", WriteMode::Upsert, inbound(vec![ipc])).unwrap();
    assert_eq!((summary.rows, summary.rejected), (4, 1));
    assert_eq!(target.ask("SELECT string_agg(t::text, ' ') FROM t"), "(7,4)", "the last by arrival");
}

#[test]
fn rejected_rows_reach_the_host_before_their_barrier_is_prepared_i20() {
    let target = guarded("order", DataErrorPolicy::Dlq);
    let seen = std::rc::Rc::new(std::cell::Cell::new(0));
    let bad = || Ok(Inbound::Batch(rows(0..3, |_| "-1")));
    testing::with(|host| {
        host.inbound = vec![bad(), barrier(1, true)].into();
        host.before_prepare = Some((
            1,
            Box::new({
                let seen = seen.clone();
                move || seen.set(1)
            }),
        ));
    });
    let summary = target.write("t", WriteMode::Append, vec![bad(), barrier(1, true)]).unwrap();
    assert_eq!((summary.rejected, rejected_ids().len(), seen.get()), (3, 3, 1));
}

#[test]
fn what_is_no_rows_fault_still_fails_i19() {
    let target = guarded("no_rows_fault", DataErrorPolicy::Dlq);
    target.ask(
        "CREATE FUNCTION deny() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE insufficient_privilege; END $$; \
                CREATE TRIGGER deny BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION deny()",
    );
    let error = target.write("t", WriteMode::Append, inbound(vec![rows(0..10, |_| "1")])).unwrap_err();
    assert_eq!((error.category, rejected_ids().len()), (ErrorCategory::Permission, 0));
}

#[test]
fn a_constraint_that_waits_for_commit_is_checked_in_time_i19() {
    let target = guarded("deferred", DataErrorPolicy::Dlq);
    target.ask(
        "CREATE TABLE kinds (id bigint PRIMARY KEY); INSERT INTO kinds SELECT generate_series(0, 5); \
                ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES kinds DEFERRABLE INITIALLY DEFERRED",
    );
    let summary = target.write("t", WriteMode::Append, inbound(vec![rows(0..8, |_| "1")])).unwrap();
    assert_eq!((summary.rows, rejected_ids()), (6, vec![6, 7]));
}

#[test]
fn a_row_that_comes_twice_is_rejected_from_a_replacement_too_i19() {
    for (name, setup) in [
        ("twice_new", "DROP TABLE t"),
        ("twice_swapped", "SELECT 1"),
        ("twice_refilled", "CREATE VIEW v AS SELECT * FROM t; ALTER TABLE t ADD other int UNIQUE"),
    ] {
        let target = guarded(name, DataErrorPolicy::Dlq);
        target.ask(setup);
        let ones = |ids| Ok(Inbound::Batch(rows(ids, |_| "1")));
        let stream = vec![ones(0..5), barrier(1, false), ones(3..8), barrier(2, true)];
        let summary = target.write("t", WriteMode::Replace, stream).unwrap();
        assert_eq!((summary.rows, rejected_ids()), (8, vec![3, 4]), "{name}");
        assert_eq!(target.ask("SELECT count(*) || ' ' || count(DISTINCT id) FROM t"), "8 8", "{name}");
        assert_eq!(target.ask("SELECT string_agg(indexrelid::regclass::text, ' ') FROM pg_index WHERE indrelid = 't'::regclass AND indisprimary"), "t_pkey", "{name}");
        let of_t = if name == "twice_refilled" { "2" } else { "1" };
        assert_eq!(target.ask("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"), of_t, "{name}");
    }
}
