//! `numeric` in its binary form: a number in base 10,000.

/// Why a numeric is no decimal of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumericError {
    NotANumber,
    Infinite,
    /// More digits than the column's type admits.
    TooLarge,
    Malformed,
}

/// Digit count, weight of the first digit, sign and display scale, two bytes each.
const HEADER_BYTES: usize = 8;

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const MINUS_INFINITY: u16 = 0xF000;

/// With so many base-10,000 digits a number stays below 10^16.
const FAST_DIGITS: usize = 4;

/// Powers of ten that 64 bits hold.
const POWERS: [u64; 19] = {
    let mut powers = [1; 19];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// The unscaled value at `scale`.
#[inline(always)]
pub fn decode(field: &[u8], precision: u8, scale: u8) -> Result<i128, NumericError> {
    if field.len() >= HEADER_BYTES && field.len() <= HEADER_BYTES + 2 * FAST_DIGITS && precision <= 18 {
        if let Some(value) = decode_short(field, precision, scale) {
            return Ok(i128::from(value));
        }
    }
    decode_long(field, precision, scale)
}

/// The value where all of the arithmetic fits 64 bits; else none, whatever the reason.
#[inline(always)]
fn decode_short(field: &[u8], precision: u8, scale: u8) -> Option<i64> {
    let digits = (field.len() - HEADER_BYTES) / 2;
    if usize::from(word(field, 0)) != digits || field.len() % 2 != 0 {
        return None;
    }
    let mut value: u64 = 0;
    let mut at = HEADER_BYTES;
    while at < field.len() {
        let digit = word(field, at);
        if digit > 9_999 {
            return None;
        }
        value = value * 10_000 + u64::from(digit);
        at += 2;
    }
    // Decimal digits behind the point in the digits at hand; negative where trailing zeros are left out.
    let weight = i32::from(word(field, 2) as i16);
    let behind_point = 4 * (digits as i32 - 1 - weight);
    let shift = i32::from(scale) - behind_point;
    if shift >= 0 {
        value = value.checked_mul(*POWERS.get(shift as usize)?)?;
    } else {
        let divisor = *POWERS.get(-shift as usize)?;
        if value % divisor != 0 {
            return None;
        }
        value /= divisor;
    }
    if value >= POWERS[usize::from(precision)] {
        return None;
    }
    match word(field, 4) {
        POSITIVE => Some(value as i64),
        NEGATIVE => Some(-(value as i64)),
        _ => None,
    }
}

#[cold]
#[inline(never)]
fn decode_long(field: &[u8], precision: u8, scale: u8) -> Result<i128, NumericError> {
    if field.len() < HEADER_BYTES {
        return Err(NumericError::Malformed);
    }
    let negative = match word(field, 4) {
        POSITIVE => false,
        NEGATIVE => true,
        NAN => return Err(NumericError::NotANumber),
        INFINITY | MINUS_INFINITY => return Err(NumericError::Infinite),
        _ => return Err(NumericError::Malformed),
    };
    let digits = usize::from(word(field, 0));
    if field.len() != HEADER_BYTES + 2 * digits {
        return Err(NumericError::Malformed);
    }
    let weight = i32::from(word(field, 2) as i16);
    let mut value: u128 = 0;
    for index in 0..digits {
        let digit = u128::from(word(field, HEADER_BYTES + 2 * index));
        if digit > 9_999 {
            return Err(NumericError::Malformed);
        }
        // The power of ten of this digit's last place, in units of the scale.
        let place = 4 * (weight - index as i32) + i32::from(scale);
        let part = if place >= 0 {
            10u128.checked_pow(place as u32).and_then(|power| digit.checked_mul(power))
        } else {
            // Only zeros may stand behind the scale.
            let divisor = 10u128.pow((-place).min(4) as u32);
            if digit % divisor != 0 {
                return Err(NumericError::Malformed);
            }
            Some(digit / divisor)
        };
        value = match part {
            _ if digit == 0 => value,
            Some(part) => value.checked_add(part).ok_or(NumericError::TooLarge)?,
            None => return Err(NumericError::TooLarge),
        };
    }
    if value >= 10u128.pow(u32::from(precision)) {
        return Err(NumericError::TooLarge);
    }
    Ok(if negative { -(value as i128) } else { value as i128 })
}

#[inline(always)]
fn word(field: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([field[at], field[at + 1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(weight: i16, sign: u16, digits: &[u16]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in [digits.len() as u16, weight as u16, sign, 0].iter().chain(digits) {
            bytes.extend_from_slice(&word.to_be_bytes());
        }
        bytes
    }

    #[test]
    fn short_and_long_forms_agree() {
        let cases = [
            (0, POSITIVE, vec![], 0),
            (0, POSITIVE, vec![12, 3400], 1234),
            (0, NEGATIVE, vec![12, 3400], -1234),
            (1, POSITIVE, vec![1], 1_000_000),
            (-1, POSITIVE, vec![100], 1),
            (2, NEGATIVE, vec![99, 9999, 9999, 9900], -999_999_999_999),
        ];
        for (weight, sign, digits, expected) in cases {
            let field = encoded(weight, sign, &digits);
            assert_eq!(decode_short(&field, 12, 2), Some(expected as i64), "{digits:?}");
            assert_eq!(decode_long(&field, 12, 2), Ok(expected), "{digits:?}");
        }
    }

    #[test]
    fn the_largest_decimal_is_read() {
        let mut digits = vec![99];
        digits.extend([9999; 9]);
        assert_eq!(decode(&encoded(9, POSITIVE, &digits), 38, 0), Ok(10i128.pow(38) - 1));
        assert_eq!(decode(&encoded(9, NEGATIVE, &digits), 38, 0), Ok(1 - 10i128.pow(38)));
        digits[0] = 100;
        assert_eq!(decode(&encoded(9, POSITIVE, &digits), 38, 0), Err(NumericError::TooLarge));
    }

    #[test]
    fn what_is_no_decimal_is_told_apart() {
        assert_eq!(decode(&encoded(0, NAN, &[]), 12, 2), Err(NumericError::NotANumber));
        assert_eq!(decode(&encoded(0, INFINITY, &[]), 12, 2), Err(NumericError::Infinite));
        assert_eq!(decode(&encoded(0, MINUS_INFINITY, &[]), 38, 2), Err(NumericError::Infinite));
        assert_eq!(decode(&encoded(0, 0x1234, &[1]), 12, 2), Err(NumericError::Malformed));
        assert_eq!(decode(&encoded(0, POSITIVE, &[10_000]), 12, 2), Err(NumericError::Malformed));
        assert_eq!(decode(&encoded(2, POSITIVE, &[1000]), 12, 2), Err(NumericError::TooLarge));
        assert_eq!(decode(&encoded(0, POSITIVE, &[1, 1]), 12, 2), Err(NumericError::Malformed));
        assert_eq!(decode(&encoded(i16::MAX, POSITIVE, &[1]), 38, 0), Err(NumericError::TooLarge));
        assert_eq!(decode(&encoded(i16::MIN, POSITIVE, &[1]), 38, 0), Err(NumericError::Malformed));
        assert_eq!(decode(&[0; 7], 12, 2), Err(NumericError::Malformed));
        assert_eq!(decode(&encoded(0, POSITIVE, &[1])[..9], 12, 2), Err(NumericError::Malformed));
    }
}
