//! The columns of a stream of changes: those of its table, and what tells of each change.

use rapidbyte_sdk::arrow::{keys, DataType, Field};
use rapidbyte_sdk::names::quote_literal;
use rapidbyte_sdk::types::WriteMode;
use rapidbyte_sdk::StreamContext;

use super::lsn::Lsn;
use super::table::column;
use crate::plan::Plan;
use crate::stream::Selection;
use crate::types::Decoder;

/// What the rows of the first read have as their operation.
pub const COPIED: &str = "snapshot";

/// The plan of a read of the changes themselves, which selects nothing.
pub fn of_changes(selection: &Selection, ctx: &StreamContext) -> Plan {
    of_copy(selection, ctx, Lsn::default())
}

/// The plan of the first read. All of its rows are of the place where the changes begin.
pub fn of_copy(selection: &Selection, ctx: &StreamContext, start: Lsn) -> Plan {
    let mut plan = Plan::with(selection, &described(start));
    let table_columns = selection.columns.len();
    for field in &mut plan.schema.fields[..table_columns] {
        // A deleted row comes without the columns that do not identify it; the table itself may still require them.
        if !field.nullable && ctx.write_mode == WriteMode::Upsert {
            field.metadata.push((keys::REQUIRED.to_owned(), "true".to_owned()));
        }
        field.nullable = true;
    }
    if ctx.write_mode != WriteMode::Upsert {
        // A log has several rows of one key.
        plan.schema.metadata.retain(|(name, _)| name != keys::PRIMARY_KEY);
    }
    plan
}

/// The further columns, with their values in the rows of a copy.
fn described(start: Lsn) -> Vec<(Field, Decoder, String)> {
    let text = |name: &str| Field::new(name, DataType::Utf8, false).with_native_type("text");
    let unchanged = Field::new(column::UNCHANGED, DataType::Utf8, true)
        .with_native_type("jsonb")
        .with_metadata(keys::EXTENSION_NAME, "arrow.json")
        .with_metadata(keys::EXTENSION_METADATA, "");
    let committed_at = Field::new(column::COMMITTED_AT, DataType::timestamp_utc(), true)
        .with_native_type("timestamp with time zone");
    let number = Field::new(column::NUMBER, DataType::Int64, false).with_native_type("bigint");
    vec![
        (text(column::OPERATION), Decoder::Text, quote_literal(COPIED) + "::pg_catalog.text"),
        (text(column::LSN), Decoder::Text, quote_literal(&start.padded()) + "::pg_catalog.text"),
        (committed_at, Decoder::Timestamp, "NULL::pg_catalog.timestamptz".to_owned()),
        (number, Decoder::Int8, "0::pg_catalog.int8".to_owned()),
        (unchanged, Decoder::Jsonb, "NULL::pg_catalog.jsonb".to_owned()),
    ]
}
