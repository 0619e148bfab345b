//! PostgreSQL's binary numeric: digits of base 10,000, the first of them worth 10,000 to the power
//! `weight`, and the number of decimal digits to show behind the point. As in `numeric_recv` of
//! the server's `utils/adt/numeric.c`.

use super::{BadValue, Encoded};

pub(super) const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;
/// Decimal digits per digit of base 10,000.
const GROUP: usize = 4;
/// More than 39 decimal digits need, wherever the point stands among them.
const MAX_GROUPS: usize = 12;
const POWERS: [u64; GROUP] = [1, 10, 100, 1_000];
/// Divides a large number once instead of four times; fits 64 bits.
const FOUR_GROUPS: u128 = 10_000_000_000_000_000;

/// Appends `unscaled` × 10^-`scale` with its length in front.
pub(super) fn put_decimal(unscaled: i128, scale: u8, out: &mut Vec<u8>) {
    let scale = usize::from(scale);
    let mut groups = Groups { digits: [0; MAX_GROUPS], first: MAX_GROUPS };
    let mut rest = unscaled.unsigned_abs();
    // Groups are aligned at the point: the last one may have fewer digits than four.
    let odd = scale % GROUP;
    if odd > 0 {
        let power = POWERS[odd];
        let (quotient, low) = match u64::try_from(rest) {
            Ok(small) => (u128::from(small / power), small % power),
            Err(_) => (rest / u128::from(power), (rest % u128::from(power)) as u64),
        };
        groups.push((low * POWERS[GROUP - odd]) as u16);
        rest = quotient;
    }
    while rest > u128::from(u64::MAX) {
        let mut low = (rest % FOUR_GROUPS) as u64;
        rest /= FOUR_GROUPS;
        for _ in 0..4 {
            groups.push((low % 10_000) as u16);
            low /= 10_000;
        }
    }
    let mut small = rest as u64;
    while small > 0 {
        groups.push((small % 10_000) as u16);
        small /= 10_000;
    }
    let digits = &groups.digits[groups.first..];
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = &digits[zeros..];
    let weight = digits.len() as i32 - 1 - scale.div_ceil(GROUP) as i32;
    let sign = if unscaled < 0 { NEGATIVE } else { 0 };
    put_header(out, digits.len(), weight as i16, sign, scale as u16);
    for digit in digits {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

/// Digits of base 10,000, filled from the least significant.
struct Groups {
    digits: [u16; MAX_GROUPS],
    first: usize,
}

impl Groups {
    #[inline(always)]
    fn push(&mut self, digit: u16) {
        self.first -= 1;
        self.digits[self.first] = digit;
    }
}

/// Appends a number as the server prints it, with its length in front.
pub(super) fn put_numeric_text(text: &[u8], out: &mut Vec<u8>) -> Encoded {
    match text {
        b"NaN" => return put_special(NAN, out),
        b"Infinity" => return put_special(INFINITY, out),
        b"-Infinity" => return put_special(NEGATIVE_INFINITY, out),
        _ => {}
    }
    let (sign, unsigned) = match text {
        [b'-', rest @ ..] => (NEGATIVE, rest),
        [b'+', rest @ ..] => (0, rest),
        _ => (0, text),
    };
    let point = unsigned.iter().position(|byte| *byte == b'.').unwrap_or(unsigned.len());
    let (whole, fraction) = (&unsigned[..point], unsigned.get(point + 1..).unwrap_or_default());
    let is_number = whole.len() + fraction.len() > 0 && whole.iter().chain(fraction).all(u8::is_ascii_digit);
    // The server's own limits are 131,072 digits before the point and 16,383 behind it.
    if !is_number || whole.len() > 131_072 || fraction.len() > 16_383 {
        return Err(BadValue("is no number that numeric holds"));
    }
    let whole = &whole[whole.iter().take_while(|byte| **byte == b'0').count()..];
    let groups = whole.len().div_ceil(GROUP) + fraction.len().div_ceil(GROUP);
    put_header(out, groups, whole.len().div_ceil(GROUP) as i16 - 1, sign, fraction.len() as u16);
    let head = whole.len() % GROUP;
    if head > 0 {
        put_group(&whole[..head], 0, out);
    }
    whole[head..].chunks(GROUP).for_each(|group| put_group(group, 0, out));
    fraction.chunks(GROUP).for_each(|group| put_group(group, GROUP - group.len(), out));
    Ok(())
}

fn put_group(digits: &[u8], zeros_behind: usize, out: &mut Vec<u8>) {
    let value = digits.iter().fold(0u16, |value, digit| value * 10 + u16::from(digit - b'0'));
    out.extend_from_slice(&(value * POWERS[zeros_behind] as u16).to_be_bytes());
}

fn put_special(sign: u16, out: &mut Vec<u8>) -> Encoded {
    put_header(out, 0, 0, sign, 0);
    Ok(())
}

#[inline(always)]
fn put_header(out: &mut Vec<u8>, groups: usize, weight: i16, sign: u16, scale: u16) {
    const HEADER_BYTES: usize = 8;
    out.extend_from_slice(&((HEADER_BYTES + 2 * groups) as u32).to_be_bytes());
    out.extend_from_slice(&(groups as u16).to_be_bytes());
    out.extend_from_slice(&weight.to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&scale.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits, weight, sign and scale, as the server keeps them.
    fn decoded(bytes: &[u8]) -> (Vec<u16>, i16, u16, u16) {
        let at = |index: usize| u16::from_be_bytes([bytes[index], bytes[index + 1]]);
        assert_eq!(bytes.len() - 4, u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize);
        let count = usize::from(at(4));
        assert_eq!(bytes.len(), 12 + 2 * count);
        ((0..count).map(|digit| at(12 + 2 * digit)).collect(), at(6) as i16, at(8), at(10))
    }

    fn decimal(unscaled: i128, scale: u8) -> (Vec<u16>, i16, u16, u16) {
        let mut out = Vec::new();
        put_decimal(unscaled, scale, &mut out);
        decoded(&out)
    }

    fn text(number: &str) -> (Vec<u16>, i16, u16, u16) {
        let mut out = Vec::new();
        put_numeric_text(number.as_bytes(), &mut out).unwrap();
        decoded(&out)
    }

    #[test]
    fn decimals_are_grouped_at_the_point() {
        assert_eq!(decimal(1234567, 2), (vec![1, 2345, 6700], 1, 0, 2));
        assert_eq!(decimal(-5, 1), (vec![5000], -1, NEGATIVE, 1));
        assert_eq!(decimal(5, 6), (vec![500], -2, 0, 6));
        assert_eq!(decimal(10_000, 0), (vec![1, 0], 1, 0, 0));
        assert_eq!(decimal(0, 2).0, Vec::<u16>::new());
    }

    #[test]
    fn decimals_and_their_text_are_the_same_number() {
        let largest = 10i128.pow(38) - 1;
        for scale in 0..=38u8 {
            for unscaled in [0, 1, -1, 99, 10_000, 123_456_789, i128::from(u64::MAX), largest, -largest, largest / 7] {
                let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = usize::from(scale) + 1);
                let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
                let sign = if unscaled < 0 { "-" } else { "" };
                let printed = format!("{sign}{whole}.{fraction}");
                let (a, b) = (value(decimal(unscaled, scale)), value(text(&printed)));
                assert_eq!(a, b, "{printed}");
            }
        }
    }

    /// Leading and trailing zero digits say nothing.
    fn value((digits, weight, sign, scale): (Vec<u16>, i16, u16, u16)) -> (Vec<u16>, i16, u16, u16) {
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        let mut kept = digits[zeros..].to_vec();
        while kept.last() == Some(&0) {
            kept.pop();
        }
        let weight = if kept.is_empty() { 0 } else { weight - zeros as i16 };
        (kept, weight, sign, scale)
    }

    #[test]
    fn text_that_is_no_number_is_refused() {
        for bad in ["", "-", ".", "1e5", "1.2.3", "abc", "1 ", "--1", "nan"] {
            assert!(put_numeric_text(bad.as_bytes(), &mut Vec::new()).is_err(), "{bad}");
        }
        assert_eq!(text("NaN"), (vec![], 0, NAN, 0));
        assert_eq!(text("-Infinity"), (vec![], 0, NEGATIVE_INFINITY, 0));
        assert_eq!(text("0012.50"), (vec![12, 5000], 0, 0, 2));
    }
}
