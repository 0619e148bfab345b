//! What cannot be written fails with an error that says who has to act.

mod common;

use common::{batch, inbound, target};
use rapidbyte_sdk::arrow::{Column, DataType, Field, Schema};
use rapidbyte_sdk::types::*;
use rapidbyte_sdk::{Destination, Inbox};

fn numbers(name: &str, data_type: DataType, native: &str) -> Schema {
    Schema::new(vec![Field::new(name, data_type, true).with_native_type(native)])
}

fn four(schema: &Schema) -> Vec<Vec<u8>> {
    vec![batch(schema, 4, |columns: &mut [Column], row| match schema.fields[0].data_type {
        DataType::Int32 => columns[0].push_i32(row as i32 / 2),
        DataType::Int64 => columns[0].push_i64(row as i64),
        DataType::Decimal128 { .. } => columns[0].push_i128(12345),
        _ => columns[0].push_bytes(format!("text {row}").as_bytes()),
    })]
}

#[test]
fn types_that_would_lose_something_are_refused_by_name() {
    let target = target("types");
    for (column, schema) in [
        ("int4", numbers("n", DataType::Int64, "bigint")),
        ("text", numbers("n", DataType::Int64, "bigint")),
        ("int4", numbers("n", DataType::Utf8, "text")),
        ("numeric(12,1)", numbers("n", DataType::Decimal128 { precision: 12, scale: 2 }, "numeric(12,2)")),
        ("numeric(12,1)", numbers("n", DataType::Utf8, "numeric")),
        ("jsonb", numbers("n", DataType::Utf8, "text")),
    ] {
        target.ask(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (n {column})"));
        let error = target.append("t", four(&schema)).unwrap_err();
        assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Schema, "dest.type-mismatch"), "{error}");
        let spelled = target.ask("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'n'");
        assert!(error.message.contains(&spelled), "{} names {spelled}", error.message);
    }
}

#[test]
fn the_policies_for_changed_columns_are_followed() {
    let mut target = target("policies");
    let bigint = numbers("n", DataType::Int64, "bigint");
    target.ask("CREATE TABLE t (n int4, old int)");
    target.evolution.type_change = TypeChangePolicy::Coerce;
    target.append("t", four(&bigint)).unwrap();
    assert_eq!(target.ask("SELECT sum(n) FROM t"), "6");
    target.evolution.type_change = TypeChangePolicy::Null;
    target.append("t", four(&bigint)).unwrap();
    assert_eq!(target.ask("SELECT sum(n) || ' ' || count(*) FROM t"), "6 8");
    target.evolution.removed_column = RemovedColumnPolicy::Fail;
    assert_eq!(target.append("t", four(&bigint)).unwrap_err().code, "dest.removed-column");
    target.evolution.removed_column = RemovedColumnPolicy::Ignore;
    let other = numbers("m", DataType::Int64, "bigint");
    target.evolution.new_column = NewColumnPolicy::Fail;
    assert_eq!(target.append("t", four(&other)).unwrap_err().code, "dest.new-column");
    target.evolution.new_column = NewColumnPolicy::Ignore;
    assert_eq!(target.append("t", four(&other)).unwrap_err().code, "dest.no-columns");
    target.ask("ALTER TABLE t ADD m int8 NOT NULL DEFAULT 0");
    target.evolution.nullability_change = NullabilityChangePolicy::Fail;
    assert_eq!(target.append("t", four(&other)).unwrap_err().code, "dest.nullability-changed");
    target.ask("ALTER TABLE t ADD must int NOT NULL DEFAULT 1; ALTER TABLE t ALTER must DROP DEFAULT");
    target.evolution.nullability_change = NullabilityChangePolicy::Allow;
    assert_eq!(target.append("t", four(&other)).unwrap_err().code, "dest.required-column");
}

#[test]
fn bad_rows_are_data_errors_that_name_the_place() {
    let target = target("bad_rows");
    target.ask("CREATE TABLE t (n int4 PRIMARY KEY)");
    let error = target.append("t", four(&numbers("n", DataType::Int32, "integer"))).unwrap_err();
    assert_eq!((error.category, error.commit_state), (ErrorCategory::Data, Some(CommitState::BeforeCommit)));
    assert!(error.message.contains("Key (n)=(0) already exists") && error.message.contains("line 2"), "{error}");
    assert_eq!(target.ask("SELECT count(*) FROM t"), "0");
    target.ask("CREATE TABLE u (n varchar(5))");
    let error = target.append("u", four(&numbers("n", DataType::Utf8, "text"))).unwrap_err();
    assert!(error.category == ErrorCategory::Data && error.message.contains("column n"), "{error}");
    let number = numbers("n", DataType::Utf8, "numeric");
    let error = target.append("v", four(&number)).unwrap_err();
    assert!(error.category == ErrorCategory::Data && error.message.contains("row 1, column \"n\""), "{error}");
    let mut keyed = numbers("n", DataType::Int32, "integer").with_primary_key(&["n"]);
    keyed.fields[0].nullable = false;
    let error = target.replace("w", four(&keyed)).unwrap_err();
    assert!(error.category == ErrorCategory::Data && error.message.contains("(0)"), "{error}");
    assert_eq!(target.ask("SELECT count(*) FROM pg_class WHERE relname = 'w'"), "0");
}

#[test]
fn what_is_no_table_is_refused() {
    let target = target("no_table");
    target.ask("CREATE VIEW v AS SELECT 1 AS n");
    for mode in [WriteMode::Append, WriteMode::Replace] {
        let error = target.write("v", mode, inbound(four(&numbers("n", DataType::Int32, "integer")))).unwrap_err();
        assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Schema, "dest.not-a-table"));
    }
    let error = target.append("t", vec![batch(&Schema::default(), 0, |_, _| {})]).unwrap_err();
    assert_eq!(error.code, "dest.no-columns");
    let error = target.append("t", vec![b"no arrow".to_vec()]).unwrap_err();
    assert_eq!(error.code, "dest.bad-batch");
}

#[test]
fn a_server_that_dies_mid_run_leaves_the_old_rows() {
    let target = target("dying");
    target.replace("t", four(&numbers("n", DataType::Int64, "bigint"))).unwrap();
    // The session is ended from outside while the load waits for its second batch.
    let mut destination = target.open();
    let schema = numbers("n", DataType::Int64, "bigint");
    let big = batch(&schema, 100_000, |columns, row| columns[0].push_i64(row as i64));
    let mut stream = inbound(vec![big.clone(); 50]);
    let killer = std::thread::scope(|scope| {
        let ender = scope.spawn(|| {
            for _ in 0..500 {
                let ended = target.ask(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE application_name = 'rapidbyte' AND query LIKE 'COPY \"dying\".%'",
                );
                if ended != "0" {
                    return true;
                }
            }
            false
        });
        rapidbyte_sdk::testing::with(|host| host.inbound = stream.drain(..).collect());
        let error = destination.write(&target.context("t", WriteMode::Replace), &mut Inbox::default()).unwrap_err();
        assert!(error.retryable && error.safe_to_retry, "{error}");
        assert_eq!(error.commit_state, Some(CommitState::BeforeCommit));
        ender.join().expect("the ender ends")
    });
    assert!(killer, "the load was caught in the act");
    assert_eq!(target.ask("SELECT count(*) FROM t"), "4");
    assert_eq!(target.ask("SELECT count(*) FROM pg_class WHERE relname LIKE '\\_rb\\_%'"), "0");
}

#[test]
fn validate_says_what_would_go_wrong() {
    let mut target = target("validated");
    target.ask("CREATE TABLE t (n int); CREATE VIEW v AS SELECT 1 AS n");
    target.ask("DROP ROLE IF EXISTS md5_user; DROP ROLE IF EXISTS trust_user; CREATE ROLE trust_user LOGIN");
    let streams: Vec<StreamContext> =
        ["t", "v", "missing", "a.t", "bad name"].iter().map(|name| target.context(name, WriteMode::Append)).collect();
    let findings = target.open().validate(&streams).unwrap();
    let codes: Vec<(&str, FindingLevel)> = findings.iter().map(|f| (f.code.as_str(), f.level)).collect();
    assert_eq!(
        codes,
        [
            ("dest.connected", FindingLevel::Ok),
            ("dest.schema", FindingLevel::Ok),
            ("dest.table", FindingLevel::Ok),
            ("dest.not-a-table", FindingLevel::Error),
            ("dest.table", FindingLevel::Ok),
            ("dest.table-named-twice", FindingLevel::Error),
            ("dest.table", FindingLevel::Ok),
            ("stream.bad-name", FindingLevel::Error),
        ]
    );
    target.schema = "not there".to_owned();
    target.user = "trust_user".to_owned();
    let findings = target.open().validate(&streams[..1]).unwrap();
    assert_eq!(findings[1].code, "dest.schema-not-found");
    target.user = "nobody_we_know".to_owned();
    assert_eq!(target.open().validate(&[]).unwrap_err().category, ErrorCategory::Auth);
}

#[test]
fn validate_shows_what_a_run_would_change_i33() {
    let mut target = target("planned");
    target.ask("CREATE TABLE t (n bigint PRIMARY KEY, old text)");
    let column = |name: &str, native: &str, arrow: &str| rapidbyte_sdk::types::Column {
        name: name.to_owned(),
        native_type: native.to_owned(),
        arrow_type: arrow.to_owned(),
        nullable: name != "n",
    };
    let columns = vec![column("n", "bigint", "int64"), column("at", "timestamp with time zone", "timestamp(us, UTC)")];
    let schema = StreamSchema { columns, primary_key: vec!["n".to_owned()] };
    let look = |target: &common::Target, stream: &str, mode| {
        let ctx = StreamContext { schema: Some(schema.clone()), ..target.context(stream, mode) };
        let finding = target.open().validate(&[ctx]).unwrap().pop().unwrap();
        (finding.level, finding.code, finding.message)
    };
    let (level, _, message) = look(&target, "new", WriteMode::Append);
    assert_eq!(level, FindingLevel::Ok);
    for statement in [
        "CREATE TABLE \"planned\".\"new\" (\"n\" bigint NOT NULL, \"at\" timestamp with time zone)",
        "ALTER TABLE \"planned\".\"new\" ADD PRIMARY KEY (\"n\")",
    ] {
        assert!(message.contains(statement), "{message}");
    }
    let (level, _, message) = look(&target, "t", WriteMode::Upsert);
    let addition = "ALTER TABLE \"planned\".\"t\" ADD COLUMN IF NOT EXISTS \"at\" timestamp with time zone";
    assert!(level == FindingLevel::Ok && message.ends_with(addition), "{message}");
    target.evolution.new_column = NewColumnPolicy::Fail;
    assert_eq!(look(&target, "t", WriteMode::Append).1, "dest.new-column");
    target.evolution.new_column = NewColumnPolicy::Ignore;
    assert!(!look(&target, "t", WriteMode::Append).2.contains("ADD COLUMN"));
    target.evolution.removed_column = RemovedColumnPolicy::Fail;
    assert_eq!(look(&target, "t", WriteMode::Append).1, "dest.removed-column");
    target.evolution.removed_column = RemovedColumnPolicy::Ignore;
    target.ask("ALTER TABLE t ADD at date");
    assert_eq!(look(&target, "t", WriteMode::Append).1, "dest.type-mismatch");
    target.evolution.type_change = TypeChangePolicy::Coerce;
    assert_eq!(look(&target, "t", WriteMode::Append).0, FindingLevel::Ok);
    target.ask("ALTER TABLE t ALTER at SET NOT NULL");
    target.evolution.nullability_change = NullabilityChangePolicy::Fail;
    assert_eq!(look(&target, "t", WriteMode::Append).1, "dest.nullability-changed");
    target.evolution.nullability_change = NullabilityChangePolicy::Allow;
    target.primary_key = vec!["at".to_owned()];
    assert_eq!(look(&target, "t", WriteMode::Upsert).1, "dest.no-unique-index");
}

#[test]
fn types_widen_without_being_told_to() {
    let target = target("widening");
    let values: [(DataType, &str, &[&str]); 4] = [
        (DataType::Int32, "integer", &["integer", "bigint", "numeric", "numeric(20,0)"]),
        (DataType::Int64, "bigint", &["bigint", "numeric"]),
        (
            DataType::Decimal128 { precision: 12, scale: 2 },
            "numeric(12,2)",
            &["numeric(14,2)", "numeric(12,5)", "numeric"],
        ),
        (DataType::Utf8, "character varying(6)", &["text", "character varying(6)", "character varying"]),
    ];
    for (data_type, native, wider) in values {
        let schema = numbers("n", data_type, native);
        for column in wider {
            target.ask(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (n {column})"));
            target.append("t", four(&schema)).unwrap();
            assert_eq!(target.ask("SELECT count(n) FROM t"), "4", "{native} into {column}");
        }
    }
}
