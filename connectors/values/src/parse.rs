//! Values from text, in the forms that PostgreSQL prints. Nothing is rounded or cut off: what does not fit exactly is `None`.

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;

/// `true`, `false` and their short forms.
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Some(true),
        "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// A number as so many units of `10^-scale`.
pub fn decimal(text: &str, scale: i8) -> Option<i128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut units: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        let digit = char::from(digit).to_digit(10)?;
        units = units.checked_mul(10)?.checked_add(i128::from(digit))?;
    }
    let mut missing = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?.checked_add(i32::from(scale))?;
    if units == 0 {
        return Some(0);
    }
    while missing > 0 {
        units = units.checked_mul(10)?;
        missing -= 1;
    }
    while missing < 0 {
        if units % 10 != 0 {
            return None;
        }
        units /= 10;
        missing += 1;
    }
    Some(if negative { -units } else { units })
}

/// A whole number, also where it is written with zeros behind the point.
pub fn integer(text: &str) -> Option<i128> {
    decimal(text, 0)
}

/// `NaN`, `Infinity`, `-Infinity` and numbers; the nearest double, as everywhere.
pub fn float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        number if number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) => {
            number.parse().ok()
        }
        _ => None,
    }
}

/// Days since 1970-01-01. `infinity` and `-infinity` are the largest and the smallest.
pub fn date(text: &str) -> Option<i32> {
    match text {
        "infinity" => return Some(i32::MAX),
        "-infinity" => return Some(i32::MIN),
        _ => {}
    }
    let (text, before_christ) = without_era(text);
    i32::try_from(civil(text, before_christ)?).ok()
}

/// Microseconds since midnight.
pub fn time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let (hours, minutes) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let seconds = parts.next().map_or(Some(0), |part| number(part, 2))?;
    if parts.next().is_some() || hours > 24 || minutes > 59 || seconds > 59 || fraction.len() > 6 {
        return None;
    }
    let micros = if fraction.is_empty() { 0 } else { number(&format!("{fraction:0<6}"), 6)? };
    let all = ((hours * 60 + minutes) * 60 + seconds) * MICROS_PER_SECOND + micros;
    (all <= MICROS_PER_DAY).then_some(all)
}

/// Microseconds since 1970-01-01T00:00. With `zoned` the text may end in an offset and counts as UTC otherwise.
pub fn timestamp(text: &str, zoned: bool) -> Option<i64> {
    match text {
        "infinity" => return Some(i64::MAX),
        "-infinity" => return Some(i64::MIN),
        _ => {}
    }
    let (text, before_christ) = without_era(text);
    let (day, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let (clock, offset) = if zoned { without_offset(clock)? } else { (clock, 0) };
    let days = civil(day, before_christ)?;
    days.checked_mul(MICROS_PER_DAY)?.checked_add(time(clock)?)?.checked_sub(offset * MICROS_PER_SECOND)
}

/// The 16 bytes of a UUID in its usual form.
pub fn uuid(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    if digits.len() != 32 || text.len() != 36 {
        return None;
    }
    hex(&digits)?.try_into().ok()
}

/// Bytes, as `\x` and hex digits.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    hex(text.strip_prefix("\\x")?.as_bytes())
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    if digits.len() % 2 != 0 {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

fn without_era(text: &str) -> (&str, bool) {
    text.strip_suffix(" BC").map_or((text, false), |text| (text, true))
}

/// A clock's text and its offset from UTC in seconds.
fn without_offset(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0)) };
    let (clock, offset) = clock.split_at(at);
    let (hours, minutes) = offset[1..].split_once(':').unwrap_or((&offset[1..], "00"));
    let seconds = (number(hours, 2)? * 60 + number(minutes, 2)?) * 60;
    (seconds < SECONDS_PER_DAY).then_some((clock, if offset.starts_with('-') { -seconds } else { seconds }))
}

/// Days since 1970-01-01 of a Gregorian `year-month-day`.
fn civil(text: &str, before_christ: bool) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() < 4 {
        return None;
    }
    let (year, month, day) = (number(year, 7)?, number(month, 2)?, number(day, 2)?);
    if year == 0 || !(1..=12).contains(&month) {
        return None;
    }
    let year = if before_christ { 1 - year } else { year };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    // Years that begin in March, in eras of 400.
    let shifted = year - i64::from(month <= 2);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(shifted.div_euclid(400) * 146_097 + day_of_era - 719_468)
}

/// Digits only, at most so many.
fn number(text: &str, most: usize) -> Option<i64> {
    (!text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fit_exactly_or_not_at_all() {
        assert_eq!(decimal("-12.05", 2), Some(-1205));
        assert_eq!(decimal("12.050", 2), Some(1205));
        assert_eq!(decimal("12.055", 2), None);
        assert_eq!([decimal("1e3", 0), decimal("15e-1", 1), decimal("0.0e99", 3)], [Some(1000), Some(15), Some(0)]);
        assert_eq!([integer("7.00"), integer("7.5"), integer(""), integer("-"), integer("1_0")], [Some(7), None, None, None, None]);
        assert_eq!(decimal(&"9".repeat(60), 0), None);
        assert_eq!([float("1e400"), float("nan"), float("0x1"), float("-2.5")], [Some(f64::INFINITY), None, None, Some(-2.5)]);
    }

    #[test]
    fn days_and_times_are_read_as_postgres_prints_them() {
        assert_eq!([date("1970-01-01"), date("1969-12-31"), date("2023-03-01")], [Some(0), Some(-1), Some(19_417)]);
        assert_eq!([date("0001-12-31 BC"), date("10000-01-01")], [Some(-719_163), Some(2_932_897)]);
        assert_eq!([date("2023-02-29"), date("2024-02-29"), date("2023-13-01"), date("0000-01-01")], [None, Some(19_782), None, None]);
        assert_eq!([date("infinity"), date("-infinity")], [Some(i32::MAX), Some(i32::MIN)]);
        assert_eq!([time("23:59:59.00001"), time("24:00:00"), time("24:00:01"), time("7:5")], [Some(86_399_000_010), Some(MICROS_PER_DAY), None, Some(25_500_000_000)]);
        assert_eq!(timestamp("1970-01-01 00:00:01.5", false), Some(1_500_000));
        assert_eq!(timestamp("1970-01-01T01:00:00+01", true), Some(0));
        assert_eq!(timestamp("1969-12-31 23:59:59.999999Z", true), Some(-1));
        assert_eq!([timestamp("1970-01-01 00:00:00+01", false), timestamp("1970-01-01", false)], [None, Some(0)]);
    }

    #[test]
    fn uuids_and_bytes_are_read() {
        assert_eq!(uuid("00000000-0000-0000-0000-0000000000ff").map(|bytes| bytes[15]), Some(255));
        assert_eq!([uuid("00"), uuid("zz000000-0000-0000-0000-000000000000")], [None, None]);
        assert_eq!([bytes("\\x00fF"), bytes("\\x0"), bytes("00")], [Some(vec![0, 255]), None, None]);
    }
}
