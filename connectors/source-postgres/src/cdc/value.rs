//! Values as PostgreSQL prints them, into the very columns that a copy of the table fills (I26): the type
//! mapping is that of [`crate::types`], and a value has the same bytes whichever way it came.

use rapidbyte_sdk::arrow::Column;

use crate::columns::Fault;
use crate::numeric::NumericError;
use crate::types::Decoder;

/// So many digits always fit.
const MOST_U64_DIGITS: usize = 19;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Appends one value to a column of the decoder's type. After an error nothing was appended.
pub fn push(decoder: Decoder, text: &[u8], column: &mut Column) -> Result<(), Fault> {
    match decoder {
        Decoder::Text | Decoder::Jsonb => column.push_bytes(text),
        Decoder::Int2 => column.push_i16(number(text)?),
        Decoder::Int4 => column.push_i32(number(text)?),
        Decoder::Int8 => column.push_i64(number(text)?),
        Decoder::Oid => column.push_i64(number::<u32>(text)?.into()),
        Decoder::Float4 => column.push_f32(number(text)?),
        Decoder::Float8 => column.push_f64(number(text)?),
        Decoder::Bool => column.push_bool(match text {
            b"t" => true,
            b"f" => false,
            _ => return Err(Fault::Malformed),
        }),
        Decoder::Decimal { precision, scale } => {
            column.push_i128(decimal(text, precision, scale).map_err(Fault::Numeric)?);
        }
        Decoder::Char => match text {
            [byte] if *byte >= 128 => {
                column.push_bytes(&[b'\\', b'0' + (byte >> 6), b'0' + (byte >> 3 & 7), b'0' + (byte & 7)]);
            }
            _ => column.push_bytes(text),
        },
        Decoder::Bytes => bytes(text, column)?,
        Decoder::Uuid => column.push_fixed(uuid(text)?),
        Decoder::Date => column.push_i32(date(text)?),
        Decoder::Time => column.push_i64(time(text).ok_or(Fault::Malformed)?),
        Decoder::Timestamp => column.push_i64(timestamp(text)?),
    }
    Ok(())
}

fn number<N: std::str::FromStr>(text: &[u8]) -> Result<N, Fault> {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(Fault::Malformed)
}

/// The unscaled value at `scale`.
fn decimal(text: &[u8], precision: u8, scale: u8) -> Result<i128, NumericError> {
    match text {
        b"NaN" => return Err(NumericError::NotANumber),
        b"Infinity" | b"-Infinity" => return Err(NumericError::Infinite),
        _ => {}
    }
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let point = digits.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(at) => (&digits[..at], &digits[at + 1..]),
        None => (digits, &[][..]),
    };
    // A type's modifier may have had more digits behind the point when the change was written.
    let zeros = fraction.iter().rev().take_while(|digit| **digit == b'0').count();
    let kept = fraction.len().min(usize::from(scale).max(fraction.len() - zeros));
    if whole.is_empty() || kept > usize::from(scale) {
        return Err(if whole.is_empty() { NumericError::Malformed } else { NumericError::TooLarge });
    }
    let (digits, missing) = (whole.iter().chain(&fraction[..kept]), u32::from(scale) - kept as u32);
    let (value, fits) = if whole.len() + usize::from(scale) <= MOST_U64_DIGITS {
        let value = small(digits).ok_or(NumericError::Malformed)? * 10u64.pow(missing);
        (value.into(), usize::from(precision) >= MOST_U64_DIGITS || value < 10u64.pow(precision.into()))
    } else {
        let value = large(digits)?.checked_mul(10i128.pow(missing)).ok_or(NumericError::TooLarge)?;
        (value, value < 10i128.pow(precision.into()))
    };
    if !fits {
        return Err(NumericError::TooLarge);
    }
    Ok(if negative { -value } else { value })
}

/// A value of at most [`MOST_U64_DIGITS`] digits: 128 bits are slow.
fn small<'d>(digits: impl Iterator<Item = &'d u8>) -> Option<u64> {
    let mut value = 0;
    for digit in digits {
        value = value * 10 + u64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    Some(value)
}

fn large<'d>(digits: impl Iterator<Item = &'d u8>) -> Result<i128, NumericError> {
    let mut value: i128 = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(NumericError::Malformed);
        }
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(i128::from(digit - b'0')))
            .ok_or(NumericError::TooLarge)?;
    }
    Ok(value)
}

/// `\x` and two digits for each byte.
fn bytes(text: &[u8], column: &mut Column) -> Result<(), Fault> {
    let digits = text.strip_prefix(b"\\x").ok_or(Fault::Malformed)?;
    if digits.len() % 2 != 0 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(Fault::Malformed);
    }
    for pair in digits.chunks_exact(2) {
        column.extend_value(&[nibble(pair[0]) << 4 | nibble(pair[1])]);
    }
    column.end_value();
    Ok(())
}

/// The value of a hexadecimal digit.
fn nibble(digit: u8) -> u8 {
    (digit & 15) + if digit > b'9' { 9 } else { 0 }
}

fn uuid(text: &[u8]) -> Result<[u8; 16], Fault> {
    let mut value = [0; 16];
    let mut nibbles = 0;
    for (place, digit) in text.iter().enumerate() {
        if matches!(place, 8 | 13 | 18 | 23) && *digit == b'-' {
            continue;
        }
        if !digit.is_ascii_hexdigit() || nibbles == 32 {
            return Err(Fault::Malformed);
        }
        value[nibbles / 2] |= nibble(*digit) << (4 * (1 - nibbles % 2));
        nibbles += 1;
    }
    if nibbles == 32 {
        Ok(value)
    } else {
        Err(Fault::Malformed)
    }
}

/// Days since 1970.
fn date(text: &[u8]) -> Result<i32, Fault> {
    match text {
        b"infinity" => return Ok(i32::MAX),
        b"-infinity" => return Ok(i32::MIN),
        _ => {}
    }
    let (text, before_christ) = era(text);
    let days = day(text, before_christ).ok_or(Fault::Malformed)?;
    i32::try_from(days).map_err(|_| Fault::Malformed)
}

/// Microseconds since 1970. Sessions are in UTC.
fn timestamp(text: &[u8]) -> Result<i64, Fault> {
    match text {
        b"infinity" => return Ok(i64::MAX),
        b"-infinity" => return Ok(i64::MIN),
        _ => {}
    }
    let (text, before_christ) = era(text);
    let text = text.strip_suffix(b"+00").unwrap_or(text);
    let at = text.iter().position(|byte| *byte == b' ').ok_or(Fault::Malformed)?;
    let days = day(&text[..at], before_christ).ok_or(Fault::Malformed)?;
    let micros = time(&text[at + 1..]).ok_or(Fault::Malformed)?;
    // The end of the range stands for infinity.
    let sum = days.checked_mul(MICROS_PER_DAY).and_then(|day| day.checked_add(micros));
    sum.filter(|sum| *sum != i64::MAX && *sum != i64::MIN).ok_or(Fault::TimestampRange)
}

fn era(text: &[u8]) -> (&[u8], bool) {
    match text.strip_suffix(b" BC") {
        Some(text) => (text, true),
        None => (text, false),
    }
}

/// Days since 1970 of `year-month-day` in the Gregorian calendar.
fn day(text: &[u8], before_christ: bool) -> Option<i64> {
    let mut parts = text.split(|byte| *byte == b'-');
    let (year, month, day) = (digits(parts.next()?)?, digits(parts.next()?)?, digits(parts.next()?)?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) || year == 0 {
        return None;
    }
    // Astronomical: year 0 is 1 BC. Years begin in March, so that the leap day is a year's last.
    let year = if before_christ { 1 - year } else { year } - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Microseconds since midnight of `hours:minutes:seconds`, with a fraction or without.
fn time(text: &[u8]) -> Option<i64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, fraction @ ..] = text else { return None };
    let two = |tens: &u8, ones: &u8| digits(&[*tens, *ones]);
    let (hours, minutes, seconds) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
    let micros = match fraction {
        [] => 0,
        [b'.', fraction @ ..] if fraction.len() <= 6 => {
            digits(fraction)? * 10i64.pow(6 - fraction.len() as u32)
        }
        _ => return None,
    };
    let whole = hours * 3_600 + minutes * 60 + seconds;
    (minutes < 60 && seconds < 60).then(|| whole * MICROS_PER_SECOND + micros).filter(|time| *time <= MICROS_PER_DAY)
}

/// At most nine digits: what no longer number here has.
fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 9 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapidbyte_pg::text::{put_date, put_timestamp};
    use rapidbyte_sdk::arrow::DataType;

    const SMALL: Decoder = Decoder::Decimal { precision: 12, scale: 2 };

    fn pushed(decoder: Decoder, data_type: DataType, text: &str) -> Result<Vec<u8>, Fault> {
        let mut column = Column::new(&data_type);
        push(decoder, text.as_bytes(), &mut column)?;
        assert_eq!(column.rows(), 1);
        Ok(column.value(0).expect("a value").to_vec())
    }

    fn number_of(text: &str) -> Result<i128, Fault> {
        let bytes = pushed(SMALL, DataType::Decimal128 { precision: 12, scale: 2 }, text)?;
        Ok(i128::from_le_bytes(bytes.try_into().unwrap()))
    }

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        for (text, value) in [("0.00", 0), ("12.5", 1_250), ("-0.01", -1), ("9999999999.99", 999_999_999_999), ("7.100", 710)] {
            assert_eq!(number_of(text), Ok(value), "{text}");
        }
        for (text, error) in [
            ("NaN", NumericError::NotANumber),
            ("-Infinity", NumericError::Infinite),
            ("10000000000.00", NumericError::TooLarge),
            ("0.001", NumericError::TooLarge),
            ("", NumericError::Malformed),
            (".5", NumericError::Malformed),
            ("1e5", NumericError::Malformed),
            ("--1", NumericError::Malformed),
        ] {
            assert_eq!(number_of(text), Err(Fault::Numeric(error)), "{text}");
        }
        let widest = Decoder::Decimal { precision: 38, scale: 0 };
        let data_type = DataType::Decimal128 { precision: 38, scale: 0 };
        let nines = "9".repeat(38);
        assert_eq!(pushed(widest, data_type.clone(), &nines).unwrap(), (10i128.pow(38) - 1).to_le_bytes());
        assert!(pushed(widest, data_type, &"9".repeat(39)).is_err());
    }

    #[test]
    fn what_the_calendar_prints_is_read_back() {
        let mut days = -1_300_000i32;
        while days < 3_000_000 {
            let mut text = Vec::new();
            put_date(days, &mut text);
            assert_eq!(date(&text), Ok(days), "{}", String::from_utf8_lossy(&text));
            let micros = i64::from(days) * MICROS_PER_DAY + 86_399_999_999;
            text.clear();
            put_timestamp(micros, true, &mut text);
            assert_eq!(timestamp(&text), Ok(micros), "{}", String::from_utf8_lossy(&text));
            days += 137;
        }
        assert_eq!(date(b"infinity"), Ok(i32::MAX));
        assert_eq!(timestamp(b"-infinity"), Ok(i64::MIN));
        assert_eq!(timestamp(b"294276-12-31 23:59:59.999999"), Err(Fault::TimestampRange));
        assert_eq!(timestamp(b"1970-01-01 00:00:00.5+00"), Ok(500_000));
        assert_eq!(time(b"24:00:00"), Some(MICROS_PER_DAY));
        for wrong in ["", "1970-01-01", "1970-13-01 00:00:00", "1970-01-01 00:60:00", "1970-01-01 00:00:00+01", "now"] {
            assert_eq!(timestamp(wrong.as_bytes()), Err(Fault::Malformed), "{wrong}");
        }
    }

    #[test]
    fn other_values_are_those_of_a_copy() {
        let uuid = "00112233-4455-6677-8899-AAbbccddeeff";
        let wire: Vec<u8> = (0..16).map(|byte| byte * 0x11).collect();
        assert_eq!(pushed(Decoder::Uuid, DataType::FixedSizeBinary(16), uuid), Ok(wire));
        assert_eq!(pushed(Decoder::Bytes, DataType::Binary, "\\x00fF10"), Ok(vec![0, 255, 16]));
        assert_eq!(pushed(Decoder::Bool, DataType::Boolean, "t"), Ok(vec![1]));
        assert_eq!(pushed(Decoder::Oid, DataType::Int64, "4294967295"), Ok(4_294_967_295i64.to_le_bytes().to_vec()));
        let float = |text| pushed(Decoder::Float8, DataType::Float64, text).unwrap();
        assert_eq!(float("-0"), (-0.0f64).to_le_bytes());
        assert_eq!(float("-Infinity"), f64::NEG_INFINITY.to_le_bytes());
        assert_eq!(float("NaN"), f64::from_bits(0x7FF8_0000_0000_0000).to_le_bytes());
        for (decoder, data_type, wrong) in [
            (Decoder::Uuid, DataType::FixedSizeBinary(16), "00112233"),
            (Decoder::Bytes, DataType::Binary, "\\x0"),
            (Decoder::Bytes, DataType::Binary, "00"),
            (Decoder::Bool, DataType::Boolean, "true"),
            (Decoder::Int2, DataType::Int16, "32768"),
            (Decoder::Int8, DataType::Int64, ""),
        ] {
            assert_eq!(pushed(decoder, data_type, wrong), Err(Fault::Malformed), "{wrong}");
        }
    }
}
