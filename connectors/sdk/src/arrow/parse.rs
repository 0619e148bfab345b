//! Arrow's schema message, as read.

use super::flatbuf::Table;
use super::message::{self, type_id};
use super::schema::{DataType, Field, Schema};
use super::{ArrowError, Result};

/// The widest fixed-size binary that is taken, in bytes; keeps row arithmetic far from overflow.
const MAX_FIXED_WIDTH: i32 = 1 << 20;
const MAX_PRECISION: i32 = 38;

/// What one schema may cost in bytes of memory. Tables of a FlatBuffer may share strings and
/// lists, so a small message could otherwise ask for any amount (I30). PostgreSQL's 1,600 columns
/// with 63-byte names and ample metadata take a tenth of it.
const MAX_SCHEMA_BYTES: usize = 4 << 20;
/// What a field or a metadata entry costs beside its text, roughly.
const COST_PER_ITEM: usize = 64;

struct Budget(usize);

impl Budget {
    fn keep(&mut self, text: &str) -> Result<String> {
        let cost = text.len().saturating_add(COST_PER_ITEM);
        self.0 = self
            .0
            .checked_sub(cost)
            .ok_or_else(|| ArrowError::malformed(format!("a schema that takes more than {MAX_SCHEMA_BYTES} bytes")))?;
        Ok(text.to_string())
    }
}

pub(super) fn schema(table: &Table<'_>) -> Result<Schema> {
    if table.i16(0, 0)? != 0 {
        return Err(ArrowError::Unsupported("big-endian buffers".to_string()));
    }
    let mut budget = Budget(MAX_SCHEMA_BYTES);
    let fields = table.tables(1)?.iter().map(|entry| field(entry, &mut budget)).collect::<Result<_>>()?;
    Ok(Schema { fields, metadata: metadata(&table.tables(2)?, &mut budget)? })
}

fn field(table: &Table<'_>, budget: &mut Budget) -> Result<Field> {
    let name = budget.keep(table.string(0)?.unwrap_or_default())?;
    if table.table(4)?.is_some() {
        return Err(ArrowError::Unsupported(format!("dictionary encoding of column {name}")));
    }
    let data_type = data_type(table, &name)?;
    let metadata = metadata(&table.tables(6)?, budget)?;
    Ok(Field { name, data_type, nullable: table.u8(1, 0)? != 0, metadata })
}

fn metadata(entries: &[Table<'_>], budget: &mut Budget) -> Result<Vec<(String, String)>> {
    entries
        .iter()
        .map(|entry| {
            let key = budget.keep(entry.string(0)?.unwrap_or_default())?;
            let value = budget.keep(entry.string(1)?.unwrap_or_default())?;
            Ok((key, value))
        })
        .collect()
}

fn data_type(field: &Table<'_>, name: &str) -> Result<DataType> {
    let id = field.u8(2, 0)?;
    let details = field.table(3)?.ok_or_else(|| ArrowError::malformed(format!("column {name} has no type")))?;
    let found = match id {
        type_id::BOOL => Some(DataType::Boolean),
        type_id::UTF8 => Some(DataType::Utf8),
        type_id::BINARY => Some(DataType::Binary),
        type_id::INT => integer(&details)?,
        type_id::FLOATING_POINT => match details.i16(0, 0)? {
            message::PRECISION_SINGLE => Some(DataType::Float32),
            message::PRECISION_DOUBLE => Some(DataType::Float64),
            _ => None,
        },
        type_id::DECIMAL => decimal(&details)?,
        type_id::FIXED_SIZE_BINARY => match details.i32(0, 0)? {
            width @ 1..=MAX_FIXED_WIDTH => Some(DataType::FixedSizeBinary(width as u32)),
            _ => None,
        },
        type_id::DATE => {
            (details.i16(0, message::DATE_UNIT_MILLISECOND)? == message::DATE_UNIT_DAY).then_some(DataType::Date32)
        }
        type_id::TIME => {
            let unit = details.i16(0, message::TIME_UNIT_MILLISECOND)?;
            let bits = details.i32(1, 32)?;
            (unit == message::TIME_UNIT_MICROSECOND && bits == 64).then_some(DataType::Time64Micros)
        }
        type_id::TIMESTAMP => {
            let zone = details.string(1)?.filter(|zone| !zone.is_empty()).map(str::to_string);
            (details.i16(0, message::TIME_UNIT_SECOND)? == message::TIME_UNIT_MICROSECOND)
                .then_some(DataType::TimestampMicros { zone })
        }
        _ => None,
    };
    found.ok_or_else(|| ArrowError::Unsupported(format!("the type of column {name} (type id {id})")))
}

fn integer(details: &Table<'_>) -> Result<Option<DataType>> {
    let signed = details.u8(1, 0)? != 0;
    Ok(match (details.i32(0, 0)?, signed) {
        (16, true) => Some(DataType::Int16),
        (32, true) => Some(DataType::Int32),
        (64, true) => Some(DataType::Int64),
        _ => None,
    })
}

fn decimal(details: &Table<'_>) -> Result<Option<DataType>> {
    let precision = details.i32(0, 0)?;
    let scale = details.i32(1, 0)?;
    let bits = details.i32(2, 128)?;
    let known =
        bits == 128 && (1..=MAX_PRECISION).contains(&precision) && (-MAX_PRECISION..=MAX_PRECISION).contains(&scale);
    Ok(known.then_some(DataType::Decimal128 { precision: precision as u8, scale: scale as i8 }))
}
