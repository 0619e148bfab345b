//! Values as PostgreSQL prints them, in forms that it reads back exactly whatever the session's settings.

use std::io::Write;

pub use crate::calendar::{put_date, put_time, put_timestamp};

/// `unscaled` × 10^-`scale`, with all of its scale's digits.
pub fn put_decimal(unscaled: i128, scale: i8, out: &mut Vec<u8>) {
    if scale <= 0 {
        put(out, format_args!("{unscaled}"));
        if scale < 0 {
            put(out, format_args!("e{}", -i32::from(scale)));
        }
        return;
    }
    let scale = usize::from(scale.unsigned_abs());
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    put(out, format_args!("{sign}{whole}.{fraction}"));
}

/// Two digits for each byte.
pub fn put_hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to memory cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(unscaled: i128, scale: i8) -> String {
        let mut out = Vec::new();
        put_decimal(unscaled, scale, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn decimals_keep_their_scale() {
        assert_eq!(decimal(1250, 2), "12.50");
        assert_eq!(decimal(-5, 3), "-0.005");
        assert_eq!(decimal(0, 2), "0.00");
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(decimal(7, -3), "7e3");
        assert_eq!(decimal(10i128.pow(38) - 1, 38), format!("0.{}", "9".repeat(38)));
        assert_eq!(decimal(1 - 10i128.pow(38), 0), format!("-{}", "9".repeat(38)));
    }
}
