//! Values as text, in the form PostgreSQL prints them with `DateStyle = ISO`, so that a hash can be
//! reproduced in SQL.

use rapidbyte_sdk::arrow::{keys, ColumnView, DataType, Field};
use std::io::Write;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;
const UUID_BYTES: usize = 16;

/// Whether the column holds UUIDs as 16 bytes.
pub fn is_uuid(field: &Field) -> bool {
    matches!(field.data_type, DataType::FixedSizeBinary(16))
        && (field.metadata(keys::EXTENSION_NAME) == Some("arrow.uuid") || field.native_type() == Some("uuid"))
}

/// Whether the column's values are bytes without a text form.
pub fn is_binary(field: &Field) -> bool {
    matches!(field.data_type, DataType::Binary | DataType::FixedSizeBinary(_)) && !is_uuid(field)
}

/// Writes the value in row `row`, which is not null, into `out`, emptied first. Bytes stay bytes.
pub fn write(field: &Field, column: &ColumnView<'_>, row: usize, out: &mut Vec<u8>) {
    out.clear();
    // Writing into a Vec cannot fail.
    let _ = match &field.data_type {
        DataType::Boolean => write!(out, "{}", column.bool(row)),
        DataType::Int16 => write!(out, "{}", column.i16(row)),
        DataType::Int32 => write!(out, "{}", column.i32(row)),
        DataType::Int64 => write!(out, "{}", column.i64(row)),
        DataType::Float32 => write_float(out, f64::from(column.f32(row)), &column.f32(row)),
        DataType::Float64 => write_float(out, column.f64(row), &column.f64(row)),
        DataType::Decimal128 { scale, .. } => write_decimal(out, column.i128(row), *scale),
        DataType::FixedSizeBinary(_) if is_uuid(field) => write_uuid(out, column.bytes(row)),
        DataType::Utf8 | DataType::Binary | DataType::FixedSizeBinary(_) => out.write_all(column.bytes(row)),
        DataType::Date32 => write_date(out, column.i32(row)),
        DataType::Time64Micros => write_time(out, column.i64(row)),
        DataType::TimestampMicros { zone } => write_timestamp(out, column.i64(row), zone.is_some()),
    };
}

/// The shortest digits that read back as the same number; with an exponent where PostgreSQL has one.
fn write_float(out: &mut Vec<u8>, value: f64, shortest: &dyn LowerExpOrPlain) -> std::io::Result<()> {
    if value.is_nan() {
        return out.write_all(b"NaN");
    }
    if value.is_infinite() {
        return out.write_all(if value > 0.0 { b"Infinity" } else { b"-Infinity" });
    }
    let scientific = shortest.scientific();
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..shortest.plain_below()).contains(&exponent) {
        return out.write_all(shortest.plain().as_bytes());
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(out, "{digits}e{sign}{:02}", exponent.unsigned_abs())
}

trait LowerExpOrPlain {
    fn scientific(&self) -> String;
    fn plain(&self) -> String;
    /// From this exponent on PostgreSQL prints one.
    fn plain_below(&self) -> i32;
}

impl LowerExpOrPlain for f32 {
    fn scientific(&self) -> String {
        format!("{self:e}")
    }
    fn plain(&self) -> String {
        format!("{self}")
    }
    fn plain_below(&self) -> i32 {
        6
    }
}

impl LowerExpOrPlain for f64 {
    fn scientific(&self) -> String {
        format!("{self:e}")
    }
    fn plain(&self) -> String {
        format!("{self}")
    }
    fn plain_below(&self) -> i32 {
        15
    }
}

fn write_decimal(out: &mut Vec<u8>, unscaled: i128, scale: i8) -> std::io::Result<()> {
    let digits = unscaled.unsigned_abs().to_string();
    let sign = if unscaled < 0 { "-" } else { "" };
    if scale <= 0 {
        let zeros = usize::from(scale.unsigned_abs());
        return write!(out, "{sign}{digits}{:0<zeros$}", "");
    }
    let scale = scale as usize;
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    write!(out, "{sign}{whole}.{fraction}")
}

fn write_uuid(out: &mut Vec<u8>, bytes: &[u8]) -> std::io::Result<()> {
    debug_assert_eq!(bytes.len(), UUID_BYTES);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        write!(out, "{byte:02x}")?;
    }
    Ok(())
}

/// The Gregorian year, month and day of a number of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    const DAYS_PER_ERA: i64 = 146_097; // 400 years
    const EPOCH_FROM_MARCH_0: i64 = 719_468; // 1970-01-01 counted from 0000-03-01
    let shifted = days + EPOCH_FROM_MARCH_0;
    let era = shifted.div_euclid(DAYS_PER_ERA);
    let of_era = shifted.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Writes a date and tells whether it is before Christ; a year 0 does not exist there.
fn write_civil(out: &mut Vec<u8>, days: i64) -> std::io::Result<bool> {
    let (year, month, day) = civil(days);
    let before_christ = year <= 0;
    let year = if before_christ { 1 - year } else { year };
    write!(out, "{year:04}-{month:02}-{day:02}")?;
    Ok(before_christ)
}

fn write_date(out: &mut Vec<u8>, days: i32) -> std::io::Result<()> {
    match days {
        i32::MAX => return out.write_all(b"infinity"),
        i32::MIN => return out.write_all(b"-infinity"),
        _ => {}
    }
    if write_civil(out, days.into())? {
        out.write_all(b" BC")?;
    }
    Ok(())
}

fn write_time(out: &mut Vec<u8>, micros: i64) -> std::io::Result<()> {
    let seconds = micros / MICROS_PER_SECOND;
    write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
    let fraction = micros % MICROS_PER_SECOND;
    if fraction != 0 {
        let digits = format!("{fraction:06}");
        write!(out, ".{}", digits.trim_end_matches('0'))?;
    }
    Ok(())
}

fn write_timestamp(out: &mut Vec<u8>, micros: i64, with_zone: bool) -> std::io::Result<()> {
    match micros {
        i64::MAX => return out.write_all(b"infinity"),
        i64::MIN => return out.write_all(b"-infinity"),
        _ => {}
    }
    let before_christ = write_civil(out, micros.div_euclid(MICROS_PER_DAY))?;
    out.push(b' ');
    write_time(out, micros.rem_euclid(MICROS_PER_DAY))?;
    if with_zone {
        out.write_all(b"+00")?;
    }
    if before_christ {
        out.write_all(b" BC")?;
    }
    Ok(())
}
