use super::*;
use rapidbyte_sdk::arrow::{Batch, DataType, Field};
use rapidbyte_sdk::types::DataErrorPolicy;
use rapidbyte_sdk::{config, testing, ConnectorError, Inbound, Inbox};

/// A stream of ids and codes in two batches, validated: the ids that pass, and the dead letters.
fn run(json: &str, ctx: &StreamContext) -> Result<(Vec<i64>, Vec<(String, String)>)> {
    let rows: [(i64, Option<&str>); 6] =
        [(1, Some("a1")), (2, None), (3, Some("b-3")), (4, Some("a1")), (3, Some("c3")), (99, Some("d9"))];
    testing::reset();
    for half in rows.chunks(3) {
        let fields = vec![Field::new("id", DataType::Int64, false), Field::new("code", DataType::Utf8, true)];
        let mut batch = Batch::new(Schema::new(fields), u64::MAX);
        for (id, code) in half {
            batch.columns_mut()[0].push_i64(*id);
            match code {
                Some(code) => batch.columns_mut()[1].push_bytes(code.as_bytes()),
                None => batch.columns_mut()[1].push_null(),
            }
            batch.end_row();
        }
        let mut ipc = Vec::new();
        batch.write_ipc(&mut ipc)?;
        testing::with(|host| host.inbound.push_back(Ok(Inbound::Batch(ipc))));
    }
    let mut transform = Validate::open(config::parse(json)?)?;
    let summary = transform.run(ctx, &mut Inbox::default(), &mut Emitter::default())?;
    let host = testing::reset();
    let mut ids = Vec::new();
    for ipc in host.batches() {
        let mut reader = Reader::new(ipc)?;
        while let Some(batch) = reader.next_batch()? {
            ids.extend((0..batch.rows()).map(|row| batch.columns()[0].i64(row)));
        }
    }
    assert_eq!((summary.rows_in, summary.rows_out), (6, ids.len() as u64));
    Ok((ids, host.rejected.into_iter().map(|record| (record.code, record.row)).collect()))
}

fn kept(rule: &str) -> Vec<i64> {
    let ctx = StreamContext::for_tests("t");
    run(&format!(r#"{{"rules":[{rule}],"on_violation":"skip"}}"#), &ctx).expect(rule).0
}

fn refused(json: &str) -> ConnectorError {
    run(json, &StreamContext::for_tests("t")).expect_err(json)
}

#[test]
fn each_rule_keeps_what_it_allows() {
    assert_eq!(kept(r#"{"column":"code","not_null":true}"#), [1, 3, 4, 3, 99]);
    assert_eq!(kept(r#"{"column":"code","matches":"^[a-z][0-9]$"}"#), [1, 2, 4, 3, 99], "NULL breaks not_null alone");
    assert_eq!(kept(r#"{"column":"id","min":2,"max":4}"#), [2, 3, 4, 3]);
    assert_eq!(kept(r#"{"column":"code","unique":true}"#), [1, 2, 3, 3, 99]);
    assert_eq!(kept(r#"{"column":"id","unique":true}"#), [1, 2, 3, 4, 99], "over both batches");
    assert_eq!(kept(r#"{"column":"id","max":0}"#), [0i64; 0]);
}

#[test]
fn dead_letters_hold_the_whole_row() {
    let mut ctx = StreamContext::for_tests("t");
    ctx.policies.on_data_error = DataErrorPolicy::Dlq;
    let (ids, letters) =
        run(r#"{"rules":[{"column":"id","max":50},{"column":"code","not_null":true}]}"#, &ctx).expect("validates");
    assert_eq!(ids, [1, 3, 4, 3]);
    let letter = |code: &str, row: &str| (code.to_owned(), row.to_owned());
    assert_eq!(
        letters,
        [
            letter("validate.not-null", r#"{"code":null,"id":"2"}"#),
            letter("validate.range", r#"{"code":"d9","id":"99"}"#)
        ]
    );
}

#[test]
fn by_default_the_pipelines_policy_holds() {
    let error = refused(r#"{"rules":[{"column":"code","not_null":true}]}"#);
    assert_eq!(error.code, "validate.not-null");
    assert!(error.message.contains("column code"));
}

#[test]
fn what_cannot_be_is_told() {
    assert_eq!(refused(r#"{"rules":[]}"#).code, "validate.config");
    assert_eq!(refused(r#"{"rules":[{"column":"id"}]}"#).code, "validate.config");
    assert_eq!(refused(r#"{"rules":[{"column":"code","matches":"("}]}"#).code, "validate.config");
    assert_eq!(refused(r#"{"rules":[{"column":"nope","unique":true}]}"#).code, "validate.unknown-column");
    assert_eq!(refused(r#"{"rules":[{"column":"id","matches":"x"}]}"#).code, "validate.unfit-column");
    assert_eq!(refused(r#"{"rules":[{"column":"id","min":"x"}]}"#).code, "validate.unfit-column");
}
