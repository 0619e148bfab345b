//! How long writing takes, beside what a person would write by hand with the same server. Not for every
//! day: `cargo test --release -p dest-postgres --test measure -- --ignored --nocapture`.

mod common;

use std::time::Instant;

use common::{barrier, batch, target, Target};
use rapidbyte_sdk::arrow::{DataType, Field, Schema};
use rapidbyte_sdk::testing;
use rapidbyte_sdk::types::*;

const ROWS: i64 = 1_000_000;
const BATCH_ROWS: i64 = 20_000;
/// Batches between two barriers: some 64 MB, as by default.
const FRONTIER_BATCHES: usize = 30;
const PAIRS: usize = 5;

fn items() -> Schema {
    let field =
        |name: &str, data_type, native: &str| Field::new(name, data_type, name != "id").with_native_type(native);
    Schema::new(vec![
        field("id", DataType::Int64, "bigint"),
        field("name", DataType::Utf8, "text"),
        field("email", DataType::Utf8, "text"),
        field("amount", DataType::Decimal128 { precision: 12, scale: 2 }, "numeric(12,2)"),
        field("at", DataType::timestamp_utc(), "timestamp with time zone"),
        field("active", DataType::Boolean, "boolean"),
        field("note", DataType::Utf8, "text"),
    ])
    .with_primary_key(&["id"])
}

/// The whole load; `bad` rows of it break the table's check, every second is changed if `changed`.
fn load(changed: bool, bad: i64) -> Vec<rapidbyte_sdk::Result<Inbound>> {
    let schema = items();
    let mut stream = Vec::new();
    for first in (0..ROWS).step_by(BATCH_ROWS as usize) {
        stream.push(Ok(Inbound::Batch(batch(&schema, BATCH_ROWS as usize, |columns, row| {
            let id = first + row as i64;
            columns[0].push_i64(id);
            let suffix = if changed && id % 2 == 0 { "x" } else { "" };
            columns[1].push_bytes(format!("name {id}{suffix}").as_bytes());
            columns[2].push_bytes(format!("user{id}@example.org").as_bytes());
            let amount = if bad > 0 && id % (ROWS / bad) == 777 { -1 } else { i128::from(id) };
            columns[3].push_i128(amount);
            columns[4].push_i64(1_700_000_000_000_000 + id);
            columns[5].push_bool(id % 3 == 0);
            columns[6].push_bytes(format!("a note of some length about item {id}").as_bytes());
        }))));
        if stream.len() % (FRONTIER_BATCHES + 1) == FRONTIER_BATCHES {
            stream.push(barrier((stream.len() / FRONTIER_BATCHES) as u64, false));
        }
    }
    let barriers = stream.iter().filter(|one| matches!(one, Ok(Inbound::Barrier(_)))).count() as u64;
    stream.push(barrier(barriers + 1, true));
    stream
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn write(target: &Target, mode: WriteMode, stream: &[rapidbyte_sdk::Result<Inbound>]) -> f64 {
    let stream = stream.to_vec();
    testing::reset();
    seconds(|| drop(target.write("items", mode, stream).unwrap()))
}

#[test]
#[ignore = "a measurement"]
fn an_upsert_beside_one_by_hand() {
    let target = target("measured");
    write(&target, WriteMode::Append, &load(false, 0));
    target.ask("CREATE TABLE original AS TABLE items; CREATE TABLE wanted AS TABLE items");
    target.ask("UPDATE wanted SET name = name || 'x' WHERE id % 2 = 0");
    let changed = load(true, 0);
    let file = std::env::temp_dir().join(format!("rapidbyte-measure-{}", std::process::id()));
    let file = file.to_str().unwrap();
    target.ask(&format!("COPY (SELECT * FROM wanted ORDER BY id) TO '{file}' (FORMAT binary)"));
    let set: Vec<String> = items().fields[1..].iter().map(|f| format!("{0} = excluded.{0}", f.name)).collect();
    let of = |row: &str| items().fields[1..].iter().map(|f| format!("{row}.{}", f.name)).collect::<Vec<_>>().join(", ");
    let by_hand = format!(
        "BEGIN; CREATE TEMP TABLE s ON COMMIT DROP AS TABLE items WITH NO DATA; COPY s FROM '{file}' (FORMAT binary); \
         INSERT INTO items SELECT * FROM s ON CONFLICT (id) DO UPDATE SET {} WHERE ({}) IS DISTINCT FROM ({}); COMMIT",
        set.join(", "),
        of("items"),
        of("excluded")
    );
    let reset = || {
        target.ask("TRUNCATE items; INSERT INTO items SELECT * FROM original ORDER BY id");
        target.ask("VACUUM ANALYZE items");
        target.ask("CHECKPOINT");
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        reset();
        theirs.push(seconds(|| drop(target.ask(&by_hand))));
        reset();
        ours.push(write(&target, WriteMode::Upsert, &changed));
        println!("upsert: {:.2} s, by hand {:.2} s", ours.last().unwrap(), theirs.last().unwrap());
    }
    println!("upsert: median {:.2} of by hand", median(ours) / median(theirs));
    target.ask(&format!("COPY (SELECT 1) TO PROGRAM 'rm {file}'"));
}

#[test]
#[ignore = "a measurement"]
fn ten_bad_rows_beside_none() {
    let target = target("measured_bad").with(|target| target.on_data_error = DataErrorPolicy::Dlq);
    let plain = target.with(|target| target.on_data_error = DataErrorPolicy::Fail);
    let (clean, bad) = (load(false, 0), load(false, 10));
    let make = "DROP TABLE IF EXISTS items; CREATE TABLE items (id bigint PRIMARY KEY, name text, email text, \
                amount numeric(12,2) CHECK (amount >= 0), at timestamptz, active bool, note text)";
    let (mut none, mut guarded, mut ten) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        for (target, stream, times, rejected) in
            [(&plain, &clean, &mut none, 0), (&target, &clean, &mut guarded, 0), (&target, &bad, &mut ten, 10)]
        {
            target.ask(make);
            target.ask("CHECKPOINT");
            times.push(write(target, WriteMode::Append, stream));
            assert_eq!(testing::with(|host| host.rejected.len()), rejected);
        }
        println!(
            "append: {:.2} s, guarded {:.2} s, with ten bad rows {:.2} s",
            none.last().unwrap(),
            guarded.last().unwrap(),
            ten.last().unwrap()
        );
    }
    let base = median(none);
    println!(
        "append: guarded median {:.2}, with ten bad rows {:.2} of clean",
        median(guarded) / base,
        median(ten) / base
    );
}
