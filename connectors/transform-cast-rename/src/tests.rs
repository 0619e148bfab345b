use super::*;
use rapidbyte_sdk::arrow::{Batch, DataType, Field, Schema};
use rapidbyte_sdk::{config, testing, ConnectorError, Inbound, Inbox};
use rapidbyte_values::text;

/// What comes out of a stream of `id` (the key) and `amount` (text): columns, key and rows as text.
#[derive(Debug, PartialEq)]
struct Out {
    columns: Vec<String>,
    key: Vec<String>,
    rows: Vec<String>,
}

fn run(json: &str, amounts: &[Option<&str>]) -> Result<Out> {
    let fields = vec![
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
        Field::new("amount", DataType::Utf8, true).with_native_type("text"),
    ];
    let mut batch = Batch::new(Schema::new(fields).with_primary_key(&["id"]), u64::MAX);
    for (id, amount) in amounts.iter().enumerate() {
        batch.columns_mut()[0].push_i64(id as i64);
        match amount {
            Some(amount) => batch.columns_mut()[1].push_bytes(amount.as_bytes()),
            None => batch.columns_mut()[1].push_null(),
        }
        batch.end_row();
    }
    let mut ipc = Vec::new();
    batch.write_ipc(&mut ipc)?;
    testing::reset();
    testing::with(|host| host.inbound.push_back(Ok(Inbound::Batch(ipc))));
    let mut transform = CastRename::open(config::parse(json)?)?;
    transform.run(&StreamContext::for_tests("t"), &mut Inbox::default(), &mut Emitter::default())?;
    let host = testing::reset();
    let mut reader = Reader::new(host.batches()[0])?;
    let schema = reader.schema().clone();
    let mut rows = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        rows.extend((0..batch.rows()).map(|row| shown(&schema, &batch, row)));
    }
    let column = |field: &Field| format!("{} {}", field.name, field.native_type().unwrap_or("?"));
    Ok(Out { columns: schema.fields.iter().map(column).collect(), key: schema.primary_key()?, rows })
}

fn shown(schema: &Schema, batch: &BatchView<'_>, row: usize) -> String {
    let mut bytes = Vec::new();
    let values = schema.fields.iter().zip(batch.columns()).map(|(field, column)| {
        if column.is_null(row) {
            return "NULL".to_owned();
        }
        text::write(field, column, row, &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    values.collect::<Vec<_>>().join("|")
}

fn refused(json: &str) -> ConnectorError {
    run(json, &[Some("x")]).expect_err(json)
}

#[test]
fn columns_are_selected_renamed_cast_and_added() {
    let json = r#"{"select":["amount","id"],"rename":{"id":"key"},"cast":{"amount":"numeric(9,2)"},
        "constant":{"origin":{"type":"text","value":"shop"}}}"#;
    let out = run(json, &[Some("12.5"), None]).expect("casts");
    assert_eq!(out.columns, ["amount numeric(9,2)", "key bigint", "origin text"]);
    assert_eq!(out.key, ["key"]);
    assert_eq!(out.rows, ["12.50|0|shop", "NULL|1|shop"]);
}

#[test]
fn a_key_that_is_not_whole_is_none() {
    assert_eq!(run(r#"{"select":["amount"]}"#, &[Some("1")]).expect("selects").key, [""; 0]);
}

#[test]
fn values_are_cast_exactly_or_their_rows_are_bad() {
    let skipping = |target: &str, values: &[Option<&str>]| {
        let json = format!(r#"{{"select":["amount"],"cast":{{"amount":"{target}"}},"on_bad_value":"skip"}}"#);
        run(&json, values).expect(target).rows
    };
    assert_eq!(skipping("integer", &[Some("7"), Some("7.0"), Some("7.5"), Some("3000000000")]), ["7", "7"]);
    assert_eq!(skipping("smallint", &[Some("32767"), Some("32768")]), ["32767"]);
    assert_eq!(skipping("numeric(3,1)", &[Some("99.9"), Some("100"), Some("0.05")]), ["99.9"]);
    assert_eq!(skipping("double precision", &[Some("0.1"), Some("NaN"), Some("abc")]), ["0.1", "NaN"]);
    assert_eq!(skipping("boolean", &[Some("t"), Some("false"), Some("maybe")]), ["true", "false"]);
    assert_eq!(skipping("date", &[Some("2024-02-29"), Some("2023-02-29")]), ["2024-02-29"]);
    assert_eq!(skipping("timestamp", &[Some("2024-01-01 10:00:00.5")]), ["2024-01-01 10:00:00.5"]);
    assert_eq!(skipping("timestamptz", &[Some("2024-01-01 10:00:00+02")]), ["2024-01-01 08:00:00+00"]);
}

#[test]
fn a_bad_value_fails_the_run_by_default_and_can_be_a_dead_letter() {
    assert_eq!(refused(r#"{"cast":{"amount":"integer"}}"#).code, "cast.bad-value");
    testing::reset();
    let out = run(r#"{"cast":{"amount":"integer"},"on_bad_value":"dlq"}"#, &[Some("x")]).expect("casts");
    assert_eq!((out.rows.len(), out.columns.len()), (0, 2), "the columns arrive all the same");
}

#[test]
fn what_cannot_be_is_told() {
    assert_eq!(refused("{}").code, "cast.config");
    assert_eq!(refused(r#"{"select":[]}"#).code, "cast.config");
    assert_eq!(refused(r#"{"cast":{"amount":"numeric(39,1)"}}"#).code, "cast.config");
    assert_eq!(refused(r#"{"constant":{"n":{"type":"integer","value":"x"}}}"#).code, "cast.config");
    assert_eq!(refused(r#"{"rename":{"nope":"x"}}"#).code, "cast.unknown-column");
    assert_eq!(refused(r#"{"rename":{"amount":"id"}}"#).code, "cast.name-taken");
    assert_eq!(refused(r#"{"constant":{"id":{"type":"integer","value":1}}}"#).code, "cast.name-taken");
}
