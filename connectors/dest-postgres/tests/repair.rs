//! Repairs change what they are told to, in one transaction or not at all.

mod common;

use common::{batch, target, Target};
use rapidbyte_sdk::arrow::{DataType, Field, Schema};
use rapidbyte_sdk::types::*;
use rapidbyte_sdk::{testing, ConnectorError, Destination, Inbound, Inbox, Result};

fn people() -> Schema {
    Schema::new(vec![
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
        Field::new("name", DataType::Utf8, true).with_native_type("text"),
    ])
}

fn row(id: i64, name: &str) -> Vec<u8> {
    batch(&people(), 1, |columns, _| {
        columns[0].push_i64(id);
        columns[1].push_bytes(name.as_bytes());
    })
}

fn repair(target: &Target, delete: &[&str], inbound: Vec<Result<Inbound>>) -> Result<RepairSummary> {
    testing::with(|host| host.inbound = inbound.into());
    let compared = |name: &str, form: &str| ComparedColumn { name: name.to_owned(), form: form.to_owned() };
    let id = compared("id", "integer");
    let what = Comparison {
        context: target.context("people", WriteMode::Append),
        columns: vec![id.clone(), compared("name", "text")],
        key: vec![id],
    };
    let delete: Vec<Vec<String>> = delete.iter().map(|key| vec![(*key).to_owned()]).collect();
    let mut destination = target.open();
    let repaired = destination.repair(&what, &delete, &mut Inbox::default());
    destination.close().expect("closes");
    repaired
}

/// Three people, in a table that nothing keeps unique and that has a column of its own.
fn three(name: &str) -> Target {
    let target = target(name);
    target.ask("CREATE TABLE people (note text DEFAULT 'new', name text, id bigint)");
    target.ask("INSERT INTO people SELECT 'old', 'name ' || i, i FROM generate_series(1, 3) i");
    target
}

const ALL: &str = "SELECT string_agg(format('%s %s %s', id, name, note), ', ' ORDER BY id) FROM people";

#[test]
fn rows_are_deleted_updated_and_inserted_and_other_columns_kept() {
    let target = three("repair_all");
    let inbound = vec![Ok(Inbound::Batch(row(2, "two"))), Ok(Inbound::Batch(row(4, "four")))];
    let summary = repair(&target, &["1", "77"], inbound).unwrap();
    assert_eq!(summary, RepairSummary { inserted: 1, updated: 1, deleted: 1 });
    assert_eq!(target.ask(ALL), "2 two old, 3 name 3 old, 4 four new");
}

#[test]
fn a_repair_may_only_delete() {
    let target = three("repair_delete");
    let summary = repair(&target, &["2"], vec![]).unwrap();
    assert_eq!(summary, RepairSummary { inserted: 0, updated: 0, deleted: 1 });
    assert_eq!(target.ask(ALL), "1 name 1 old, 3 name 3 old");
}

/// I1.
#[test]
fn a_failed_source_leaves_everything_as_it_was() {
    let target = three("repair_failed");
    let lost = ConnectorError::transient_network("net.lost", "the source is gone");
    let error = repair(&target, &["1"], vec![Ok(Inbound::Batch(row(2, "two"))), Err(lost)]).unwrap_err();
    assert_eq!((error.code.as_str(), error.commit_state), ("net.lost", Some(CommitState::BeforeCommit)));
    assert_eq!(target.ask("SELECT count(*) FROM people WHERE note = 'old' AND name = 'name ' || id"), "3");
}
