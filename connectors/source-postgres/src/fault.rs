//! Errors about single rows, which name table, column and row.

use std::fmt::Write;

use rapidbyte_sdk::types::ErrorScope;
use rapidbyte_sdk::ConnectorError;

use crate::columns::{BadField, Fault};
use crate::numeric::NumericError;
use crate::plan::Plan;
use crate::tuple::TupleIndex;
use crate::types::Decoder;

/// The most bytes of a key's value that a message shows.
const SHOWN_BYTES: usize = 100;

/// The error for a tuple with another number of fields than asked for. `number` counts the rows of this
/// read from 1.
pub fn of_field_count(count: i16, plan: &Plan, number: u64) -> ConnectorError {
    protocol(plan, number, &format!("it has {count} fields instead of {}", plan.decoders.len()))
}

/// The error for a field that is no value of its column.
pub fn of_field(bad: BadField, plan: &Plan, number: u64, index: &TupleIndex, bytes: &[u8]) -> ConnectorError {
    let BadField { row, column, fault } = bad;
    let field = &plan.schema.fields[column];
    let native = field.native_type().unwrap_or_default();
    let (code, what) = match fault {
        Fault::Numeric(NumericError::NotANumber) => ("pg.numeric-nan", format!("NaN does not fit a {native} in Arrow")),
        Fault::Numeric(NumericError::Infinite) => {
            ("pg.numeric-infinite", format!("Infinity does not fit a {native} in Arrow"))
        }
        Fault::Numeric(NumericError::TooLarge) => ("pg.numeric-range", format!("a value exceeds its type {native}")),
        Fault::TimestampRange => {
            let what = format!("a {native} after the year 294246 exceeds microseconds since 1970 in 64 bits");
            ("pg.timestamp-range", what)
        }
        Fault::Malformed | Fault::Numeric(NumericError::Malformed) => {
            return protocol(plan, number, &format!("column {} holds no {native}", field.name))
        }
    };
    let row = describe_row(plan, number, index, row, bytes);
    let message = format!(
        "table {}, column {}, {row}: {what}; correct the row, or leave the column out with `columns`",
        plan.table, field.name
    );
    ConnectorError::data(code, message).scope(ErrorScope::PerRecord)
}

/// The error for a row over the stream's `max-record-bytes`.
pub fn too_large(plan: &Plan, number: u64, bytes: u64, limit: u64) -> ConnectorError {
    let message = format!(
        "table {}, row {number} of the read: {bytes} bytes or more are over the limit of {limit} bytes for one row; \
         leave large columns out with `columns`",
        plan.table
    );
    ConnectorError::data("pg.row-too-large", message).scope(ErrorScope::PerRecord)
}

/// The error for a change whose message is larger than the session takes.
pub fn change_too_large(table: &str, bytes: u64, limit: u64) -> ConnectorError {
    let message = format!(
        "table {table}: a change of {bytes} bytes is over the limit of {limit} bytes, four times that for one row; raise \
         max_record_bytes"
    );
    ConnectorError::data("pg.row-too-large", message).scope(ErrorScope::PerRecord)
}

fn protocol(plan: &Plan, number: u64, what: &str) -> ConnectorError {
    let message =
        format!("table {}: the server broke COPY's binary format in row {number} of the read: {what}", plan.table);
    ConnectorError::internal("pg.protocol", message)
}

/// The row by its primary key, or by its place where there is no key or it cannot be shown.
fn describe_row(plan: &Plan, number: u64, index: &TupleIndex, row: usize, bytes: &[u8]) -> String {
    let mut shown = Vec::with_capacity(plan.key.len());
    for &column in &plan.key {
        let field = index.column(column)[row];
        let value = usize::try_from(field.length)
            .ok()
            .and_then(|length| show(plan.decoders[column], bytes.get(field.start as usize..)?.get(..length)?));
        let Some(value) = value else { return format!("row {number} of the read") };
        shown.push(format!("{}={value}", plan.schema.fields[column].name));
    }
    if shown.is_empty() {
        return format!("row {number} of the read");
    }
    format!("row with primary key {}", shown.join(", "))
}

/// A key's value for a message; none for types that rarely make a key.
fn show(decoder: Decoder, field: &[u8]) -> Option<String> {
    match decoder {
        Decoder::Int2 => Some(i16::from_be_bytes(field.try_into().ok()?).to_string()),
        Decoder::Int4 => Some(i32::from_be_bytes(field.try_into().ok()?).to_string()),
        Decoder::Int8 => Some(i64::from_be_bytes(field.try_into().ok()?).to_string()),
        Decoder::Oid => Some(u32::from_be_bytes(field.try_into().ok()?).to_string()),
        Decoder::Text => {
            let text = String::from_utf8_lossy(&field[..field.len().min(SHOWN_BYTES)]);
            Some(format!("{text:?}"))
        }
        Decoder::Uuid => {
            let mut text = String::with_capacity(36);
            for (index, byte) in field.iter().enumerate() {
                if matches!(index, 4 | 6 | 8 | 10) {
                    text.push('-');
                }
                write!(text, "{byte:02x}").ok()?;
            }
            Some(text)
        }
        _ => None,
    }
}
