use std::io::Write;

use rapidbyte_pg::text::{put_date, put_decimal, put_hex, put_time, put_timestamp};
use rapidbyte_sdk::arrow::{ColumnView, DataType};

/// Appends a value that is not null as PostgreSQL reads it in text.
pub fn put_text(data_type: &DataType, column: &ColumnView<'_>, row: usize, out: &mut Vec<u8>) {
    match data_type {
        DataType::Boolean => out.push(if column.bool(row) { b't' } else { b'f' }),
        DataType::Int16 => put(out, format_args!("{}", column.i16(row))),
        DataType::Int32 => put(out, format_args!("{}", column.i32(row))),
        DataType::Int64 => put(out, format_args!("{}", column.i64(row))),
        DataType::Float32 => match special(f64::from(column.f32(row))) {
            Some(name) => out.extend_from_slice(name),
            None => put(out, format_args!("{:e}", column.f32(row))),
        },
        DataType::Float64 => match special(column.f64(row)) {
            Some(name) => out.extend_from_slice(name),
            None => put(out, format_args!("{:e}", column.f64(row))),
        },
        DataType::Decimal128 { scale, .. } => put_decimal(column.i128(row), *scale, out),
        DataType::Utf8 => out.extend_from_slice(column.bytes(row)),
        DataType::FixedSizeBinary(16) if column.bytes(row).len() == 16 => put_hex(column.bytes(row), out),
        DataType::Binary | DataType::FixedSizeBinary(_) => {
            out.extend_from_slice(b"\\x");
            put_hex(column.bytes(row), out);
        }
        DataType::Date32 => put_date(column.i32(row), out),
        DataType::Time64Micros => put_time(column.i64(row), out),
        DataType::TimestampMicros { zone } => put_timestamp(column.i64(row), zone.is_some(), out),
    }
}

fn special(number: f64) -> Option<&'static [u8]> {
    if number.is_nan() {
        return Some(b"NaN");
    }
    match number {
        f64::INFINITY => Some(b"Infinity"),
        f64::NEG_INFINITY => Some(b"-Infinity"),
        _ => None,
    }
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to memory cannot fail");
}

/// Escapes a value for COPY's text format in place: everything behind `start`.
pub fn escape_copy_text(out: &mut Vec<u8>, start: usize) {
    let special = |byte: &u8| matches!(byte, b'\\' | b'\n' | b'\r' | b'\t');
    let extra = out[start..].iter().filter(|byte| special(byte)).count();
    if extra == 0 {
        return;
    }
    let mut read = out.len();
    out.resize(read + extra, 0);
    let mut write = out.len();
    // From the back, so that nothing is overwritten before it was moved.
    while write > read {
        read -= 1;
        write -= 1;
        let (byte, escaped) = match out[read] {
            b'\\' => (b'\\', true),
            b'\n' => (b'n', true),
            b'\r' => (b'r', true),
            b'\t' => (b't', true),
            other => (other, false),
        };
        out[write] = byte;
        if escaped {
            write -= 1;
            out[write] = b'\\';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_text_escapes_what_has_a_meaning() {
        for (plain, escaped) in
            [("", ""), ("plain", "plain"), ("a\tb\\c\nd\r", "a\\tb\\\\c\\nd\\r"), ("\\", "\\\\"), ("\n\n", "\\n\\n")]
        {
            let mut out = format!("left alone\t{plain}").into_bytes();
            escape_copy_text(&mut out, 11);
            assert_eq!(out, format!("left alone\t{escaped}").into_bytes());
        }
    }
}
