use super::*;
use crate::test::like;
use rapidbyte_sdk::arrow::{Batch, DataType, Field};
use rapidbyte_sdk::{config, testing, ConnectorError, Inbound, Inbox};

/// Rows of id (0 to 9), name (NULL for 9), price (id / 4, NaN for 8).
fn batch() -> Vec<u8> {
    let fields = vec![
        Field::new("id", DataType::Int64, false),
        Field::new("name", DataType::Utf8, true),
        Field::new("price", DataType::Float64, false),
    ];
    let mut batch = Batch::new(Schema::new(fields), u64::MAX);
    for id in 0..10 {
        let columns = batch.columns_mut();
        columns[0].push_i64(id);
        if id == 9 {
            columns[1].push_null();
        } else {
            columns[1].push_bytes(format!("näme {id}").as_bytes());
        }
        columns[2].push_f64(if id == 8 { f64::NAN } else { id as f64 / 4.0 });
        batch.end_row();
    }
    let mut ipc = Vec::new();
    batch.write_ipc(&mut ipc).expect("a sound batch");
    ipc
}

/// The ids that pass.
fn filter(predicate: &str) -> Result<Vec<i64>> {
    testing::reset();
    testing::with(|host| host.inbound.push_back(Ok(Inbound::Batch(batch()))));
    let mut filter = Filter::open(config::parse(&format!("{{\"where\":{predicate}}}"))?)?;
    let summary = filter.run(&StreamContext::for_tests("t"), &mut Inbox::default(), &mut Emitter::default())?;
    let mut ids = Vec::new();
    for ipc in testing::reset().batches() {
        let mut reader = Reader::new(ipc)?;
        assert_eq!(reader.schema().fields.len(), 3);
        while let Some(batch) = reader.next_batch()? {
            ids.extend((0..batch.rows()).map(|row| batch.columns()[0].i64(row)));
        }
    }
    assert_eq!((summary.rows_in, summary.rows_out), (10, ids.len() as u64));
    Ok(ids)
}

#[test]
fn comparisons_are_of_the_columns_type() {
    assert_eq!(filter(r#"{"column":"id","op":"=","value":3}"#), Ok(vec![3]));
    assert_eq!(filter(r#"{"column":"id","op":"!=","value":3}"#).map(|ids| ids.len()), Ok(9));
    assert_eq!(filter(r#"{"column":"id","op":"<","value":2}"#), Ok(vec![0, 1]));
    assert_eq!(filter(r#"{"column":"id","op":">=","value":"8"}"#), Ok(vec![8, 9]));
    assert_eq!(filter(r#"{"column":"price","op":"<=","value":0.5}"#), Ok(vec![0, 1, 2]));
    assert_eq!(filter(r#"{"column":"price","op":">","value":2}"#), Ok(vec![8, 9]), "NaN is the largest");
    assert_eq!(filter(r#"{"column":"id","op":"in","values":[7,1,70]}"#), Ok(vec![1, 7]));
}

#[test]
fn text_is_compared_by_like_and_by_patterns() {
    assert_eq!(filter(r#"{"column":"name","op":"like","value":"n_me 4"}"#), Ok(vec![4]));
    assert_eq!(filter(r#"{"column":"name","op":"matches","value":"^N(?-u:\\S)?.*[45]$"}"#), Ok(vec![]));
    assert_eq!(filter(r#"{"column":"name","op":"matches","value":"(?i)^NÄME [45]$"}"#), Ok(vec![4, 5]));
    let matches = |text: &str, pattern: &str| like(text, &pattern.chars().collect::<Vec<_>>());
    assert!(matches("", "") && matches("", "%") && matches("abc", "a%c") && matches("aXbXc", "a%b%c"));
    assert!(matches("50%", "50\\%") && !matches("501", "50\\%") && !matches("abc", "a_") && matches("a_b", "a\\_b"));
    assert!(matches("ab", "%b%") && !matches("ab", "%c%") && matches("a\\", "a\\"));
}

#[test]
fn null_is_neither_true_nor_false() {
    assert_eq!(filter(r#"{"column":"name","op":"is_null"}"#), Ok(vec![9]));
    assert_eq!(filter(r#"{"column":"name","op":"is_not_null"}"#).map(|ids| ids.len()), Ok(9));
    assert_eq!(filter(r#"{"not":{"column":"name","op":"=","value":"näme 1"}}"#).map(|ids| ids.len()), Ok(8));
    let either = r#"{"any":[{"column":"name","op":"=","value":"x"},{"column":"id","op":"=","value":9}]}"#;
    assert_eq!(filter(either), Ok(vec![9]));
    let both = r#"{"all":[{"column":"name","op":"!=","value":"x"},{"column":"id","op":">","value":7}]}"#;
    assert_eq!(filter(both), Ok(vec![8]));
}

#[test]
fn where_nothing_passes_the_columns_arrive() {
    assert_eq!(filter(r#"{"column":"id","op":"<","value":0}"#), Ok(vec![]));
}

#[test]
fn what_cannot_be_is_told() {
    let error = |predicate: &str| -> ConnectorError { filter(predicate).expect_err(predicate) };
    assert_eq!(error(r#"{"column":"nmae","op":"is_null"}"#).code, "filter.unknown-column");
    assert_eq!(error(r#"{"column":"id","op":"=","value":"x"}"#).code, "filter.unfit-column");
    assert_eq!(error(r#"{"column":"id","op":"like","value":"x"}"#).code, "filter.unfit-column");
    assert_eq!(error(r#"{"column":"id","op":"=","value":null}"#).code, "filter.config");
    assert_eq!(error(r#"{"column":"id","op":"="}"#).code, "filter.config");
    assert_eq!(error(r#"{"all":[]}"#).code, "filter.config");
    assert_eq!(error(r#"{"column":"name","op":"matches","value":"("}"#).code, "filter.config");
    assert_eq!(error(r#"{"column":"name","op":"matches","value":"(a{1000}){1000}"}"#).code, "filter.config");
}
