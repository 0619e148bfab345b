//! Rows take the place of those with the same key (I18).

mod common;

use common::{barrier, batch, inbound, target, Target};
use rapidbyte_sdk::arrow::{DataType, Field, Schema};
use rapidbyte_sdk::types::*;

fn people() -> Schema {
    Schema::new(vec![
        Field::new("id", DataType::Int64, true).with_native_type("bigint"),
        Field::new("name", DataType::Utf8, true).with_native_type("text"),
    ])
    .with_primary_key(&["id"])
}

/// A batch of rows: id (none is NULL) and name.
fn rows(rows: &[(Option<i64>, &str)]) -> Vec<u8> {
    batch(&people(), rows.len(), |columns, row| {
        match rows[row].0 {
            Some(id) => columns[0].push_i64(id),
            None => columns[0].push_null(),
        }
        columns[1].push_bytes(rows[row].1.as_bytes());
    })
}

fn upsert(target: &Target, batches: Vec<Vec<u8>>) -> rapidbyte_sdk::Result<WriteSummary> {
    target.write("people", WriteMode::Upsert, inbound(batches))
}

const ALL: &str = "SELECT string_agg(people::text, ' ' ORDER BY id) FROM people";

#[test]
fn rows_are_added_and_changed_by_key_i18() {
    for method in ["copy", "insert"] {
        let target = target(&format!("upsert_{method}")).with(|target| target.load_method = method);
        let summary = upsert(&target, vec![rows(&[(Some(1), "a"), (Some(2), "b")])]).unwrap();
        assert_eq!((summary.rows, summary.rejected), (2, 0));
        assert_eq!(target.ask("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'people'::regclass AND contype = 'p'"), "PRIMARY KEY (id)");
        upsert(&target, vec![rows(&[(Some(2), "B")]), rows(&[(Some(3), "c")])]).unwrap();
        assert_eq!(target.ask(ALL), "(1,a) (2,B) (3,c)");
    }
}

#[test]
fn the_last_of_the_same_key_by_arrival_stays_i18() {
    for method in ["copy", "insert"] {
        let target = target(&format!("last_{method}")).with(|target| target.load_method = method);
        target.ask(
            "CREATE TABLE people (id bigint PRIMARY KEY, name text); INSERT INTO people VALUES (1, 'old'), (2, 'x')",
        );
        upsert(
            &target,
            vec![rows(&[(Some(1), "a"), (Some(2), "y")]), rows(&[(Some(1), "b"), (Some(2), "x"), (Some(1), "c")])],
        )
        .unwrap();
        assert_eq!(target.ask(ALL), "(1,c) (2,x)");
        // Rows of many sizes, so that earlier pages have room for later rows.
        let long = "long ".repeat(1500);
        let mut many = Vec::new();
        let names: Vec<String> =
            (0..3000).map(|n| if n % 3 == 0 { format!("{long}{n}") } else { n.to_string() }).collect();
        for (number, name) in names.iter().enumerate() {
            many.push((Some(number as i64 % 100), name.as_str()));
        }
        upsert(&target, many.chunks(70).map(rows).collect()).unwrap();
        assert_eq!(target.ask("SELECT count(*) || ' ' || count(*) FILTER (WHERE substring(name from '[0-9]+$')::int = 2900 + id) FROM people"), "100 100", "{method}");
    }
}

#[test]
fn rows_that_do_not_change_are_not_rewritten_i18() {
    let target = target("unchanged");
    target.ask("CREATE TABLE people (id bigint PRIMARY KEY, name text, doc json, n numeric)");
    let mut schema = people();
    schema.fields.push(Field::new("doc", DataType::Utf8, true).with_native_type("json"));
    schema.fields.push(Field::new("n", DataType::Utf8, true).with_native_type("numeric"));
    let ipc = |first: &str, number: &str| {
        batch(&schema, 3, |columns, row| {
            columns[0].push_i64(row as i64);
            columns[1].push_bytes(if row == 0 { first } else { "same" }.as_bytes());
            columns[2].push_bytes(br#"{"a": 1}"#);
            if row == 1 {
                columns[3].push_bytes(number.as_bytes());
            } else {
                columns[3].push_null();
            }
        })
    };
    upsert(&target, vec![ipc("one", "1.0")]).unwrap();
    let versions =
        || target.ask("SELECT string_agg(xmin::text || ctid::text, ' ' ORDER BY id) FROM people WHERE id > 0");
    let before = versions();
    upsert(&target, vec![ipc("two", "1.0")]).unwrap();
    assert_eq!(versions(), before, "no new versions");
    assert_eq!(target.ask("SELECT name FROM people WHERE id = 0"), "two");
    upsert(&target, vec![ipc("two", "1.00")]).unwrap();
    assert_eq!(target.ask("SELECT n FROM people WHERE id = 1"), "1.00", "equal, but not the same");
}

#[test]
fn a_null_in_the_key_is_a_data_error_i18() {
    let target = target("null_key");
    // Without the check the index would let any number of them in.
    target.ask("CREATE TABLE people (id bigint UNIQUE, name text)");
    let error = upsert(&target, vec![rows(&[(Some(1), "a"), (None, "b")])]).unwrap_err();
    assert_eq!((error.category, error.commit_state), (ErrorCategory::Data, Some(CommitState::BeforeCommit)), "{error}");
    assert_eq!(target.ask("SELECT count(*) FROM people"), "0");
}

#[test]
fn a_table_of_keys_only_gains_the_new_ones_i18() {
    let target = target("keys_only");
    let schema = Schema::new(vec![Field::new("id", DataType::Int64, false).with_native_type("bigint")])
        .with_primary_key(&["id"]);
    let ids = |ids: &[i64]| batch(&schema, ids.len(), |columns, row| columns[0].push_i64(ids[row]));
    upsert(&target, vec![ids(&[1, 2, 2])]).unwrap();
    upsert(&target, vec![ids(&[2, 3])]).unwrap();
    assert_eq!(target.ask("SELECT string_agg(id::text, ' ' ORDER BY id) FROM people"), "1 2 3");
}

#[test]
fn columns_that_the_stream_lacks_or_that_are_ignored_are_not_overwritten_i18() {
    let mut target = target("ignored");
    target.ask("CREATE TABLE people (id bigint PRIMARY KEY, mine text DEFAULT 'new', twice bigint GENERATED ALWAYS AS (id * 2) STORED)");
    target.ask("INSERT INTO people VALUES (1, 'kept')");
    target.evolution.new_column = NewColumnPolicy::Ignore;
    upsert(&target, vec![rows(&[(Some(1), "x"), (Some(2), "y")])]).unwrap();
    assert_eq!(target.ask(ALL), "(1,kept,2) (2,new,4)");
    target.evolution.new_column = NewColumnPolicy::Add;
    upsert(&target, vec![rows(&[(Some(1), "x"), (Some(3), "z")])]).unwrap();
    assert_eq!(target.ask(ALL), "(1,kept,2,x) (2,new,4,) (3,new,6,z)");
}

#[test]
fn the_key_needs_a_matching_unique_index_i18() {
    let mut target = target("no_index");
    for definition in [
        "CREATE TABLE people (id bigint, name text)",
        "CREATE TABLE people (id bigint, name text, UNIQUE (id, name))",
        "CREATE TABLE people (id bigint, name text); CREATE UNIQUE INDEX ON people (id) WHERE id > 5",
        "CREATE TABLE people (id bigint, name text); CREATE UNIQUE INDEX ON people ((id + 1))",
    ] {
        target.ask(&format!("DROP TABLE IF EXISTS people; {definition}"));
        let error = upsert(&target, vec![rows(&[(Some(1), "a")])]).unwrap_err();
        assert_eq!(
            (error.category, error.code.as_str()),
            (ErrorCategory::Schema, "dest.no-unique-index"),
            "{definition}"
        );
        // What the message tells to run is enough.
        target.ask(error.message.split("or run: ").nth(1).unwrap());
        upsert(&target, vec![rows(&[(Some(1), "a"), (Some(1), "b")])]).unwrap();
        assert_eq!(target.ask(ALL), "(1,b)", "{definition}");
    }
    target.ask("DROP TABLE people; CREATE TABLE people (id bigint UNIQUE DEFERRABLE, name text)");
    let error = upsert(&target, vec![rows(&[])]).unwrap_err();
    assert_eq!(error.code, "dest.no-unique-index");
    assert!(error.message.contains("a unique constraint on (\"id\"), but it is DEFERRABLE"), "{error}");
    target.ask(
        "DROP TABLE people; CREATE TABLE people (name text, id bigint, more int, UNIQUE (id, name) INCLUDE (more))",
    );
    target.primary_key = vec!["name".to_owned(), "id".to_owned()];
    upsert(&target, vec![rows(&[(Some(1), "a"), (Some(1), "b")])]).unwrap();
    target.primary_key = vec!["nowhere".to_owned()];
    assert_eq!(upsert(&target, vec![rows(&[])]).unwrap_err().code, "dest.key-column-not-found");
    target.primary_key.clear();
    let keyless = Schema::new(people().fields.clone());
    let error = upsert(&target, vec![batch(&keyless, 0, |_, _| {})]).unwrap_err();
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Config, "dest.upsert-without-key"));
}

#[test]
fn a_schema_that_changes_between_two_barriers_and_odd_names_are_upserted_i22() {
    let target = target("odd upserts");
    let key = "ü".repeat(31) + "\"";
    let schema = |more: bool| {
        let mut fields = vec![Field::new(key.as_str(), DataType::Int64, false).with_native_type("bigint")];
        if more {
            fields.insert(0, Field::new("'; --", DataType::Utf8, true).with_native_type("jsonb"));
        }
        Schema::new(fields).with_primary_key(&[&key])
    };
    let narrow = batch(&schema(false), 2, |columns, row| columns[0].push_i64(row as i64));
    let wide = batch(&schema(true), 2, |columns, row| {
        columns[0].push_bytes(b"{}");
        columns[1].push_i64(row as i64 + 1);
    });
    let stream = vec![
        Ok(Inbound::Batch(narrow.clone())),
        Ok(Inbound::Batch(wide)),
        barrier(1, false),
        Ok(Inbound::Batch(narrow)),
        barrier(2, true),
    ];
    let name = rapidbyte_sdk::names::quote_identifier(&("ß".repeat(31) + "'"));
    assert_eq!(target.write(&name, WriteMode::Upsert, stream).unwrap().rows, 6);
    assert_eq!(target.ask(&format!("SELECT count(*) || ' ' || count(\"'; --\") FROM {name}")), "3 2");
}
