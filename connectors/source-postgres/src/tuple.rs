//! One tuple of COPY's binary format: a field count, then length and bytes of each field.

use rapidbyte_sdk::arrow::Column;

use crate::numeric::{self, NumericError};
use crate::types::Decoder;

/// What stands before the first tuple: a signature, flags, and the length of an extension.
pub const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";

/// The field count that ends the data.
pub const TRAILER: i16 = -1;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
const EPOCH_DAYS: i32 = 10_957;

/// The same in microseconds.
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;

/// Why a tuple could not be taken as a whole. Columns before the failing one hold its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TupleError {
    /// The bytes end before the tuple does.
    Short,
    /// It has this many fields instead of one for each column.
    FieldCount(i16),
    /// A field is no value of its column.
    Field { column: usize, fault: Fault },
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server sent something that is no value of the type.
    Malformed,
    Numeric(NumericError),
    /// Beyond what 64 bits of microseconds since 1970 can say.
    TimestampRange,
}

/// Appends one tuple's values to the columns; gives what follows the tuple.
///
/// This is the hot path: all of it lands in the one loop that runs from the first row to the last,
/// so that the host's compiler sees it early and whole.
#[inline(always)]
pub fn decode<'b>(decoders: &[Decoder], columns: &mut [Column], bytes: &'b [u8]) -> Result<&'b [u8], TupleError> {
    let Some((count, mut rest)) = bytes.split_first_chunk::<2>() else { return Err(TupleError::Short) };
    let count = i16::from_be_bytes(*count);
    if count as usize != decoders.len() {
        return Err(TupleError::FieldCount(count));
    }
    for (index, (decoder, column)) in decoders.iter().zip(columns).enumerate() {
        let Some((length, tail)) = rest.split_first_chunk::<4>() else { return Err(TupleError::Short) };
        let length = i32::from_be_bytes(*length);
        if length < 0 {
            column.push_null();
            rest = tail;
            continue;
        }
        let Some((field, tail)) = tail.split_at_checked(length as usize) else { return Err(TupleError::Short) };
        rest = tail;
        if let Err(fault) = push(*decoder, column, field) {
            return Err(TupleError::Field { column: index, fault });
        }
    }
    Ok(rest)
}

#[inline(always)]
fn push(decoder: Decoder, column: &mut Column, field: &[u8]) -> Result<(), Fault> {
    match decoder {
        Decoder::Int8 => column.push_i64(i64::from_be_bytes(fixed(field)?)),
        Decoder::Text | Decoder::Bytes => column.push_bytes(field),
        Decoder::Timestamp => column.push_i64(timestamp(i64::from_be_bytes(fixed(field)?))?),
        Decoder::Int4 => column.push_i32(i32::from_be_bytes(fixed(field)?)),
        Decoder::Decimal { precision, scale } => match numeric::decode(field, precision, scale) {
            Ok(value) => column.push_i128(value),
            Err(error) => return Err(Fault::Numeric(error)),
        },
        Decoder::Bool => {
            let [byte] = fixed(field)?;
            column.push_bool(byte != 0);
        }
        Decoder::Jsonb => match field.split_first() {
            // The version says how the rest is to be read; 1 is text and the only one there is.
            Some((1, text)) => column.push_bytes(text),
            _ => return Err(Fault::Malformed),
        },
        Decoder::Int2 => column.push_i16(i16::from_be_bytes(fixed(field)?)),
        Decoder::Oid => column.push_i64(i64::from(u32::from_be_bytes(fixed(field)?))),
        // Moved as bits, so that every NaN keeps its own.
        Decoder::Float4 => column.push_fixed(u32::from_be_bytes(fixed(field)?).to_le_bytes()),
        Decoder::Float8 => column.push_fixed(u64::from_be_bytes(fixed(field)?).to_le_bytes()),
        Decoder::Uuid => column.push_fixed::<16>(fixed(field)?),
        Decoder::Date => column.push_i32(date(i32::from_be_bytes(fixed(field)?))?),
        Decoder::Time => column.push_i64(i64::from_be_bytes(fixed(field)?)),
        Decoder::Char => {
            let [byte] = fixed(field)?;
            push_char(column, byte);
        }
    }
    Ok(())
}

#[inline(always)]
fn fixed<const N: usize>(field: &[u8]) -> Result<[u8; N], Fault> {
    field.try_into().map_err(|_| Fault::Malformed)
}

/// The infinities are the ends of the range in both worlds.
#[inline(always)]
fn timestamp(micros: i64) -> Result<i64, Fault> {
    if micros == i64::MAX || micros == i64::MIN {
        return Ok(micros);
    }
    match micros.checked_add(EPOCH_MICROS) {
        Some(shifted) if shifted != i64::MAX => Ok(shifted),
        _ => Err(Fault::TimestampRange),
    }
}

/// As with timestamps. No date of PostgreSQL's leaves the range: it ends with the year 5874897.
#[inline(always)]
fn date(days: i32) -> Result<i32, Fault> {
    if days == i32::MAX || days == i32::MIN {
        return Ok(days);
    }
    match days.checked_add(EPOCH_DAYS) {
        Some(shifted) if shifted != i32::MAX => Ok(shifted),
        _ => Err(Fault::Malformed),
    }
}

/// A `"char"` as PostgreSQL 16 prints it: nothing for zero, an octal escape beyond ASCII.
fn push_char(column: &mut Column, byte: u8) {
    match byte {
        0 => column.push_bytes(b""),
        1..=127 => column.push_bytes(&[byte]),
        _ => column.push_bytes(&[b'\\', b'0' + (byte >> 6), b'0' + (byte >> 3 & 7), b'0' + (byte & 7)]),
    }
}
