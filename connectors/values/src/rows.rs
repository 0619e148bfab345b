//! Rows picked, sent on and rejected.

use crate::text;
use rapidbyte_sdk::arrow::{BatchView, Column, RawColumn, Schema};
use rapidbyte_sdk::types::{DataErrorPolicy, ErrorCategory, RejectedRecord};
use rapidbyte_sdk::{host, ConnectorError, Emitter, Result, StreamContext};
use serde::Deserialize;

/// What becomes of a bad row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBadRow {
    /// The run fails.
    Fail,
    /// It is left out.
    Skip,
    /// It is left out and kept as a dead letter.
    Dlq,
}

impl OnBadRow {
    /// What is set, or what the pipeline's `on_data_error` says.
    pub fn or_policy(set: Option<Self>, ctx: &StreamContext) -> Self {
        set.unwrap_or(match ctx.policies.on_data_error {
            DataErrorPolicy::Fail => OnBadRow::Fail,
            DataErrorPolicy::Skip => OnBadRow::Skip,
            DataErrorPolicy::Dlq => OnBadRow::Dlq,
        })
    }
}

/// Does with a bad row what is to be done; fails where that is to fail. `why` never shows a value.
pub fn reject(
    policy: OnBadRow,
    ctx: &StreamContext,
    schema: &Schema,
    batch: &BatchView<'_>,
    row: usize,
    code: &str,
    why: &str,
) -> Result<()> {
    match policy {
        OnBadRow::Fail => Err(ConnectorError::data(
            code,
            format!("stream {}: {why}; mend the row, or set on_data_error to skip or dlq", ctx.name),
        )),
        OnBadRow::Skip => Ok(()),
        OnBadRow::Dlq => host::reject(RejectedRecord {
            stream_name: ctx.name.clone(),
            row: json(schema, batch, row),
            category: ErrorCategory::Data,
            code: code.to_owned(),
            message: why.to_owned(),
        }),
    }
}

/// The row as a JSON object, each value as text that PostgreSQL reads back (I20).
fn json(schema: &Schema, batch: &BatchView<'_>, row: usize) -> String {
    let mut object = serde_json::Map::new();
    let mut bytes = Vec::new();
    for (field, column) in schema.fields.iter().zip(batch.columns()) {
        let value = if column.is_null(row) {
            serde_json::Value::Null
        } else {
            text::write(field, column, row, &mut bytes);
            let text = if text::is_binary(field) {
                bytes.iter().fold("\\x".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
            } else {
                String::from_utf8_lossy(&bytes).into_owned()
            };
            serde_json::Value::String(text)
        };
        object.insert(field.name.clone(), value);
    }
    serde_json::Value::Object(object).to_string()
}

/// The rows of `batch` with these indices, column by column.
pub fn picked(schema: &Schema, batch: &BatchView<'_>, rows: &[usize]) -> Vec<Column> {
    let columns = schema.fields.iter().zip(batch.columns()).map(|(field, view)| {
        let mut column = Column::new(&field.data_type);
        rows.iter().for_each(|&row| column.push_from(&field.data_type, view, row));
        column
    });
    columns.collect()
}

/// Emits built columns of `rows` rows, within the limits of the stream.
pub fn send(schema: &Schema, rows: usize, columns: &[Column], ctx: &StreamContext, out: &mut Emitter) -> Result<()> {
    let raw: Vec<RawColumn<'_>> = columns.iter().map(Column::raw).collect::<Result<_, _>>()?;
    out.columns(schema, rows, &raw, ctx.limits.max_batch_bytes)
}
