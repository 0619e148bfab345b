use rapidbyte_sdk::arrow::{ColumnView, DataType};

use super::numeric::{put_decimal, put_numeric_text};
use super::{BadValue, Encoded, EPOCH_DAYS, EPOCH_MICROS};

/// How a column's values become the binary form of a PostgreSQL type, length in front. Each form
/// keeps every value exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// Always NULL.
    Null,
    Bool,
    Int2,
    Int2To4,
    Int2To8,
    Int4,
    Int4To8,
    Int8,
    /// An integer of 16, 32 or 64 bits to numeric.
    Int2ToNumeric,
    Int4ToNumeric,
    Int8ToNumeric,
    /// 64 signed bits to 32 unsigned ones.
    Oid,
    /// 32 or 64 bits as they are.
    Bits32,
    Bits64,
    Float4To8,
    /// With so many digits behind the point.
    Decimal(u8),
    NumericText,
    /// Text or bytes as they are.
    Raw,
    /// A version byte, then text.
    Jsonb,
    Uuid,
    Date,
    Timestamp,
}

impl Binary {
    /// The form of an Arrow type for the type that `receive` reads; none where there is none that
    /// keeps every value. Text may still be nonsense to the type: only the caller knows its origin.
    pub fn choose(data_type: &DataType, receive: &str) -> Option<Binary> {
        Some(match (data_type, receive) {
            (DataType::Boolean, "boolrecv") => Binary::Bool,
            (DataType::Int16, "int2recv") => Binary::Int2,
            (DataType::Int16, "int4recv") => Binary::Int2To4,
            (DataType::Int16, "int8recv") => Binary::Int2To8,
            (DataType::Int32, "int4recv") => Binary::Int4,
            (DataType::Int32, "int8recv") => Binary::Int4To8,
            (DataType::Int64, "int8recv") => Binary::Int8,
            (DataType::Int16, "numeric_recv") => Binary::Int2ToNumeric,
            (DataType::Int32, "numeric_recv") => Binary::Int4ToNumeric,
            (DataType::Int64, "numeric_recv") => Binary::Int8ToNumeric,
            (DataType::Int64, "oidrecv") => Binary::Oid,
            (DataType::Float32, "float4recv") => Binary::Bits32,
            (DataType::Float32, "float8recv") => Binary::Float4To8,
            (DataType::Float64, "float8recv") => Binary::Bits64,
            (DataType::Decimal128 { scale, .. }, "numeric_recv") => Binary::Decimal(u8::try_from(*scale).ok()?),
            (DataType::Utf8, "numeric_recv") => Binary::NumericText,
            (DataType::Utf8, "jsonb_recv") => Binary::Jsonb,
            (DataType::Utf8, receive) if Binary::is_text(receive) => Binary::Raw,
            (DataType::Utf8, "json_recv" | "xml_recv" | "enum_recv") => Binary::Raw,
            (DataType::Binary | DataType::FixedSizeBinary(_), "bytearecv") => Binary::Raw,
            (DataType::FixedSizeBinary(16), "uuid_recv") => Binary::Uuid,
            (DataType::Date32, "date_recv") => Binary::Date,
            (DataType::Time64Micros, "time_recv") => Binary::Bits64,
            (DataType::TimestampMicros { zone: None }, "timestamp_recv") => Binary::Timestamp,
            (DataType::TimestampMicros { zone: Some(_) }, "timestamptz_recv") => Binary::Timestamp,
            _ => return None,
        })
    }

    /// The bytes that every value's field has, length not counted; others may follow.
    pub(super) fn width(self) -> usize {
        match self {
            Binary::Bool => 1,
            Binary::Int2 => 2,
            Binary::Int2To4 | Binary::Int4 | Binary::Oid | Binary::Bits32 | Binary::Date => 4,
            Binary::Int2To8
            | Binary::Int4To8
            | Binary::Int8
            | Binary::Bits64
            | Binary::Float4To8
            | Binary::Timestamp => 8,
            Binary::Uuid => 16,
            Binary::Null
            | Binary::Int2ToNumeric
            | Binary::Int4ToNumeric
            | Binary::Int8ToNumeric
            | Binary::Decimal(_)
            | Binary::NumericText
            | Binary::Raw
            | Binary::Jsonb => 0,
        }
    }

    /// Whether the type that `receive` reads takes any text.
    pub fn is_text(receive: &str) -> bool {
        matches!(receive, "textrecv" | "varcharrecv" | "bpcharrecv" | "namerecv" | "citextrecv")
    }
}

/// The length field of a NULL.
const NULL: [u8; 4] = (-1i32).to_be_bytes();
/// In front of a jsonb's text.
const JSONB_VERSION: u8 = 1;
/// PostgreSQL takes no larger field.
pub(super) const MAX_FIELD_BYTES: usize = (1 << 30) - 1;

/// Appends one value with its length: what [`super::Encoder`] does with columns that no loop of
/// its own is for, and its measure in tests.
pub(super) fn put_binary(form: Binary, column: &ColumnView<'_>, row: usize, out: &mut Vec<u8>) -> Encoded {
    if column.is_null(row) {
        out.extend_from_slice(&NULL);
        return Ok(());
    }
    match form {
        Binary::Null => out.extend_from_slice(&NULL),
        Binary::Bool => put(out, [u8::from(column.bool(row))]),
        Binary::Int2 => put(out, column.i16(row).to_be_bytes()),
        Binary::Int2To4 => put(out, i32::from(column.i16(row)).to_be_bytes()),
        Binary::Int2To8 => put(out, i64::from(column.i16(row)).to_be_bytes()),
        Binary::Int4 | Binary::Bits32 => put(out, column.i32(row).to_be_bytes()),
        Binary::Int4To8 => put(out, i64::from(column.i32(row)).to_be_bytes()),
        Binary::Int8 | Binary::Bits64 => put(out, column.i64(row).to_be_bytes()),
        Binary::Int2ToNumeric => put_decimal(i128::from(column.i16(row)), 0, out),
        Binary::Int4ToNumeric => put_decimal(i128::from(column.i32(row)), 0, out),
        Binary::Int8ToNumeric => put_decimal(i128::from(column.i64(row)), 0, out),
        Binary::Oid => {
            let oid = u32::try_from(column.i64(row)).map_err(|_| BadValue("is no oid"))?;
            put(out, oid.to_be_bytes());
        }
        Binary::Float4To8 => put(out, f64::from(column.f32(row)).to_be_bytes()),
        Binary::Decimal(scale) => put_decimal(column.i128(row), scale, out),
        Binary::NumericText => return put_numeric_text(column.bytes(row), out),
        Binary::Raw => return put_bytes(out, &[], column.bytes(row)),
        Binary::Jsonb => return put_bytes(out, &[JSONB_VERSION], column.bytes(row)),
        Binary::Uuid => put(out, column.fixed::<16>(row)),
        Binary::Date => put(out, date(column.i32(row))?.to_be_bytes()),
        Binary::Timestamp => put(out, timestamp(column.i64(row))?.to_be_bytes()),
    }
    Ok(())
}

/// Appends a value of `N` bytes and its length in one go.
#[inline(always)]
fn put<const N: usize>(out: &mut Vec<u8>, value: [u8; N]) {
    out.reserve(4 + N);
    out.extend_from_slice(&(N as u32).to_be_bytes());
    out.extend_from_slice(&value);
}

#[inline(always)]
fn put_bytes(out: &mut Vec<u8>, prefix: &[u8], value: &[u8]) -> Encoded {
    let length = prefix.len() + value.len();
    if length > MAX_FIELD_BYTES {
        return Err(BadValue("is larger than PostgreSQL's 1 GiB"));
    }
    out.reserve(4 + length);
    out.extend_from_slice(&(length as u32).to_be_bytes());
    out.extend_from_slice(prefix);
    out.extend_from_slice(value);
    Ok(())
}

/// The extreme numbers stand for infinity on both sides.
#[inline(always)]
fn date(days: i32) -> Result<i32, BadValue> {
    if days == i32::MAX || days == i32::MIN {
        return Ok(days);
    }
    days.checked_sub(EPOCH_DAYS).ok_or(BadValue("is a date out of range"))
}

#[inline(always)]
fn timestamp(micros: i64) -> Result<i64, BadValue> {
    if micros == i64::MAX || micros == i64::MIN {
        return Ok(micros);
    }
    micros.checked_sub(EPOCH_MICROS).ok_or(BadValue("is a timestamp out of range"))
}
