//! From noted fields to Arrow columns, a column at a time.
//!
//! Every loop here does one thing, calls nothing and has its memory ready before it begins: the host
//! interprets it for a moment, compiles it in another, and never falls back. A value that does not fit
//! is remembered and the loop goes on; the caller then gives up the whole batch.

use rapidbyte_sdk::arrow::{copy_value, Column};

use crate::numeric::{self, NumericError};
use crate::tuple::{Field, TupleIndex};
use crate::types::Decoder;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
const EPOCH_DAYS: i32 = 10_957;

/// The same in microseconds.
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;

/// The version byte of a jsonb: what follows is text. There is no other version.
const JSONB_TEXT: u8 = 1;

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server sent something that is no value of the type.
    Malformed,
    Numeric(NumericError),
    /// Beyond what 64 bits of microseconds since 1970 can say.
    TimestampRange,
}

/// The first field, by row and then by column, that is no value of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadField {
    pub row: usize,
    pub column: usize,
    pub fault: Fault,
}

/// Appends the noted tuples to the columns. After an error the columns hold values that mean nothing.
pub fn append(index: &TupleIndex, bytes: &[u8], decoders: &[Decoder], columns: &mut [Column]) -> Result<(), BadField> {
    append_some(index, bytes, decoders, columns, |_| true)
}

/// As [`append`], to those columns only whose numbers are wanted.
pub fn append_some(
    index: &TupleIndex,
    bytes: &[u8],
    decoders: &[Decoder],
    columns: &mut [Column],
    wanted: impl Fn(usize) -> bool,
) -> Result<(), BadField> {
    let mut worst: Option<BadField> = None;
    for (number, (decoder, column)) in decoders.iter().zip(columns).enumerate().filter(|(number, _)| wanted(*number)) {
        let fields = index.column(number);
        let outcome = append_column(*decoder, fields, bytes, column);
        if outcome.nulls {
            note_nulls(fields, column);
        }
        if let Some(row) = outcome.bad_row {
            if worst.is_none_or(|bad| row < bad.row) {
                let fault = diagnose(*decoder, field_of(bytes, fields[row]));
                worst = Some(BadField { row, column: number, fault });
            }
        }
    }
    worst.map_or(Ok(()), Err)
}

/// A loop by itself: within `append` it would have the whole of that compiled.
#[inline(never)]
fn note_nulls(fields: &[Field], column: &mut Column) {
    column.set_nulls(fields.len(), |row| fields[row].length < 0);
}

/// What a column's loop came across.
#[derive(Default)]
struct Outcome {
    nulls: bool,
    bad_row: Option<usize>,
}

impl Outcome {
    /// Takes note of a field that gave no value.
    #[inline(always)]
    fn without_value(&mut self, field: Field, row: usize) {
        if field.length < 0 {
            self.nulls = true;
        } else if self.bad_row.is_none() {
            self.bad_row = Some(row);
        }
    }
}

fn append_column(decoder: Decoder, fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    match decoder {
        Decoder::Int8 | Decoder::Float8 | Decoder::Time => append_int8(fields, bytes, column),
        Decoder::Int4 | Decoder::Float4 => append_int4(fields, bytes, column),
        Decoder::Int2 => append_int2(fields, bytes, column),
        Decoder::Oid => append_oid(fields, bytes, column),
        Decoder::Timestamp => append_timestamp(fields, bytes, column),
        Decoder::Date => append_date(fields, bytes, column),
        Decoder::Uuid => append_uuid(fields, bytes, column),
        Decoder::Decimal { precision, scale } => append_decimal(fields, bytes, column, precision, scale),
        Decoder::Bool => append_bool(fields, bytes, column),
        Decoder::Text | Decoder::Bytes => append_variable(fields, bytes, column, 0),
        Decoder::Jsonb => append_jsonb(fields, bytes, column),
        Decoder::Char => append_char(fields, bytes, column),
    }
}

/// The bytes of a field; none for a null.
#[inline(always)]
fn field_of(bytes: &[u8], field: Field) -> &[u8] {
    let start = field.start as usize;
    &bytes[start..start + field.length.max(0) as usize]
}

/// The bytes of a field of fixed width; none for a null or where it has another width.
#[inline(always)]
fn fixed<const N: usize>(bytes: &[u8], field: Field) -> Option<[u8; N]> {
    if field.length as usize != N {
        return None;
    }
    bytes.get(field.start as usize..)?.first_chunk::<N>().copied()
}

/// The loop of all fixed-width types: `IN` bytes of the wire become `OUT` bytes of the column.
#[inline(always)]
fn append_fixed<const IN: usize, const OUT: usize>(
    fields: &[Field],
    bytes: &[u8],
    column: &mut Column,
    convert: impl Fn([u8; IN]) -> Option<[u8; OUT]>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let places = column.extend_fixed(fields.len()).chunks_exact_mut(OUT);
    for (row, (field, place)) in fields.iter().zip(places).enumerate() {
        match fixed::<IN>(bytes, *field).and_then(&convert) {
            Some(value) => place.copy_from_slice(&value),
            None => outcome.without_value(*field, row),
        }
    }
    outcome
}

/// Integers, floating-point numbers (moved as bits, so that every NaN keeps its own) and times.
#[inline(never)]
fn append_int8(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    append_fixed(fields, bytes, column, |wire| Some(i64::from_be_bytes(wire).to_le_bytes()))
}

#[inline(never)]
fn append_int4(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    append_fixed(fields, bytes, column, |wire| Some(i32::from_be_bytes(wire).to_le_bytes()))
}

#[inline(never)]
fn append_int2(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    append_fixed(fields, bytes, column, |wire| Some(i16::from_be_bytes(wire).to_le_bytes()))
}

#[inline(never)]
fn append_oid(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    append_fixed(fields, bytes, column, |wire| Some(i64::from(u32::from_be_bytes(wire)).to_le_bytes()))
}

#[inline(never)]
fn append_timestamp(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    append_fixed(fields, bytes, column, |wire| Some(timestamp(i64::from_be_bytes(wire))?.to_le_bytes()))
}

#[inline(never)]
fn append_date(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    append_fixed(fields, bytes, column, |wire| Some(date(i32::from_be_bytes(wire))?.to_le_bytes()))
}

#[inline(never)]
fn append_uuid(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    append_fixed::<16, 16>(fields, bytes, column, Some)
}

/// From PostgreSQL's microseconds to Arrow's. The infinities are the ends of the range in both worlds.
#[inline(always)]
pub fn timestamp(micros: i64) -> Option<i64> {
    if micros == i64::MAX || micros == i64::MIN {
        return Some(micros);
    }
    micros.checked_add(EPOCH_MICROS).filter(|shifted| *shifted != i64::MAX)
}

/// As with timestamps. No date of PostgreSQL's leaves the range: it ends with the year 5874897.
#[inline(always)]
pub fn date(days: i32) -> Option<i32> {
    if days == i32::MAX || days == i32::MIN {
        return Some(days);
    }
    days.checked_add(EPOCH_DAYS).filter(|shifted| *shifted != i32::MAX)
}

#[inline(never)]
fn append_decimal(fields: &[Field], bytes: &[u8], column: &mut Column, precision: u8, scale: u8) -> Outcome {
    let mut outcome = Outcome::default();
    let places = column.extend_fixed(fields.len()).chunks_exact_mut(size_of::<i128>());
    for (row, (field, place)) in fields.iter().zip(places).enumerate() {
        if field.length < 0 {
            outcome.nulls = true;
            continue;
        }
        match numeric::decode(field_of(bytes, *field), precision, scale) {
            Ok(value) => place.copy_from_slice(&value.to_le_bytes()),
            Err(_) => outcome.without_value(*field, row),
        }
    }
    outcome
}

#[inline(never)]
fn append_bool(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    let mut outcome = Outcome::default();
    let (bits, first) = column.extend_bits(fields.len());
    for (row, field) in fields.iter().enumerate() {
        match fixed::<1>(bytes, *field) {
            Some([value]) => {
                let bit = first + row;
                bits[bit >> 3] |= u8::from(value != 0) << (bit & 7);
            }
            None => outcome.without_value(*field, row),
        }
    }
    outcome
}

/// Text and binary values, without the first `skip` bytes of each.
#[inline(never)]
fn append_variable(fields: &[Field], bytes: &[u8], column: &mut Column, skip: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let total = total_bytes(fields, skip, &mut outcome);
    let (ends, values, start) = column.extend_variable(fields.len(), total);
    let mut at = 0;
    for (field, end) in fields.iter().zip(ends.chunks_exact_mut(size_of::<u32>())) {
        // A null has nothing to skip, and may be the last there is.
        let length = field.length.max(0) as usize;
        let skipped = skip.min(length);
        let size = length - skipped;
        let from = field.start as usize + skipped;
        copy_value(&bytes[from..from + size], &mut values[at..at + size]);
        at += size;
        end.copy_from_slice(&((start + at) as u32).to_le_bytes());
    }
    outcome
}

#[inline(always)]
fn total_bytes(fields: &[Field], skip: usize, outcome: &mut Outcome) -> usize {
    let mut total = 0;
    for field in fields {
        outcome.nulls |= field.length < 0;
        total += (field.length.max(0) as usize).saturating_sub(skip);
    }
    total
}

fn append_jsonb(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    let bad_row = wrong_version(fields, bytes);
    // The wrong ones may be too short to skip a byte in; they are never sent.
    let skip = usize::from(bad_row.is_none());
    Outcome { bad_row, ..append_variable(fields, bytes, column, skip) }
}

/// The first jsonb that does not begin with the one known version.
#[inline(never)]
fn wrong_version(fields: &[Field], bytes: &[u8]) -> Option<usize> {
    for (row, field) in fields.iter().enumerate() {
        if field.length == 0 || (field.length > 0 && bytes[field.start as usize] != JSONB_TEXT) {
            return Some(row);
        }
    }
    None
}

/// A `"char"` as PostgreSQL 16 prints it: nothing for zero, an octal escape beyond ASCII.
fn append_char(fields: &[Field], bytes: &[u8], column: &mut Column) -> Outcome {
    let mut outcome = Outcome::default();
    for (row, field) in fields.iter().enumerate() {
        match fixed::<1>(bytes, *field) {
            Some([0]) => column.push_bytes(b""),
            Some([byte @ 1..=127]) => column.push_bytes(&[byte]),
            Some([byte]) => column.push_bytes(&[b'\\', b'0' + (byte >> 6), b'0' + (byte >> 3 & 7), b'0' + (byte & 7)]),
            None => {
                column.push_bytes(b"");
                outcome.without_value(*field, row);
            }
        }
    }
    outcome
}

/// What is wrong with a field that gave no value.
fn diagnose(decoder: Decoder, field: &[u8]) -> Fault {
    match decoder {
        Decoder::Decimal { precision, scale } => match numeric::decode(field, precision, scale) {
            Err(error) => Fault::Numeric(error),
            Ok(_) => Fault::Malformed,
        },
        Decoder::Timestamp if field.len() == size_of::<i64>() => Fault::TimestampRange,
        _ => Fault::Malformed,
    }
}
