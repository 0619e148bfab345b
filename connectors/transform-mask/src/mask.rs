//! Masking one column of one batch.

use crate::config::Rule;
use crate::sha256::Salted;
use rapidbyte_values::text;
use rapidbyte_sdk::arrow::{Column, ColumnView, DataType, Field};

/// What `redact` puts in a text column unless told otherwise.
pub const REDACTED: &str = "[redacted]";

/// The hex digits of one digest.
const HEX_LEN: usize = 64;

/// Masks a column. Nulls stay null. `field` is the column as it comes, `output` the type it leaves with.
pub fn mask(rule: &Rule, field: &Field, output: &DataType, column: &ColumnView<'_>) -> Column {
    let mut masked = Column::new(output);
    match rule {
        Rule::Hash { salt } => hash(salt.as_deref().unwrap_or_default(), field, column, &mut masked),
        Rule::Redact { .. } if *output != DataType::Utf8 => (0..column.rows()).for_each(|_| masked.push_null()),
        Rule::Redact { replacement } => {
            let replacement = replacement.as_deref().unwrap_or(REDACTED).as_bytes();
            each(column, &mut masked, |_, masked| masked.push_bytes(replacement));
        }
        Rule::Partial { keep_start, keep_end, replacement } => {
            let (mut value, mut shown) = (Vec::new(), Vec::new());
            each(column, &mut masked, |row, masked| {
                text::write(field, column, row, &mut value);
                partial(&value, *keep_start, *keep_end, replacement, &mut shown);
                masked.push_bytes(&shown);
            });
        }
    }
    masked
}

/// Pushes a null for each null, and what `push` does for each value's row.
fn each(column: &ColumnView<'_>, masked: &mut Column, mut push: impl FnMut(usize, &mut Column)) {
    for row in 0..column.rows() {
        if column.is_null(row) {
            masked.push_null();
        } else {
            push(row, masked);
        }
    }
}

/// Appends the digests of salt and values, in lower-case hex.
fn hash(salt: &str, field: &Field, column: &ColumnView<'_>, masked: &mut Column) {
    let rows = column.rows();
    let (ends, hex, _) = masked.extend_variable(rows, (rows - column.null_count()) * HEX_LEN);
    let mut salted = Salted::new(salt.as_bytes());
    let mut printed = Vec::new();
    let as_it_lies = matches!(field.data_type, DataType::Utf8) || text::is_binary(field);
    let (mut digests, mut end) = (hex.as_chunks_mut::<HEX_LEN>().0.iter_mut(), 0u32);
    for (row, place) in ends.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        if !column.is_null(row) {
            let Some(hex) = digests.next() else { break };
            let value = if as_it_lies {
                column.bytes(row)
            } else {
                text::write(field, column, row, &mut printed);
                &printed
            };
            let digest = salted.digest(value);
            for (word, digits) in digest.iter().zip(hex.as_chunks_mut().0) {
                *digits = hex_digits(*word);
            }
            end += HEX_LEN as u32;
        }
        *place = end.to_le_bytes();
    }
    if column.null_count() > 0 {
        masked.set_nulls(rows, |row| column.is_null(row));
    }
}

/// Eight digits at once, without a table.
#[inline(always)]
fn hex_digits(word: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TO_LETTERS: u64 = (b'a' - b'0' - 10) as u64;
    // Each half of a byte in a byte of its own, the first one highest.
    let mut halves = u64::from(word);
    halves = (halves | halves << 16) & 0x0000_ffff_0000_ffff;
    halves = (halves | halves << 8) & 0x00ff_00ff_00ff_00ff;
    halves = (halves | halves << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = (halves + 6 * ONES) >> 4 & ONES;
    (halves + u64::from(b'0') * ONES + letters * TO_LETTERS).to_be_bytes()
}

/// Hides the characters between the kept ones. A value with nothing between them is hidden
/// altogether, or short values would pass in the clear.
fn partial(value: &[u8], keep_start: usize, keep_end: usize, replacement: &str, shown: &mut Vec<u8>) {
    shown.clear();
    let value = String::from_utf8_lossy(value);
    let count = value.chars().count();
    let hidden = match count.checked_sub(keep_start.saturating_add(keep_end)) {
        None | Some(0) => 0..count,
        Some(_) => keep_start..count - keep_end,
    };
    let mut utf8 = [0; 4];
    for (index, character) in value.chars().enumerate() {
        if hidden.contains(&index) {
            shown.extend_from_slice(replacement.as_bytes());
        } else {
            shown.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_written_in_its_place() {
        for word in [0, u32::MAX, 0x0123_4567, 0x89ab_cdef, 0xfedc_ba98, 0x09a0_9a90, 1 << 31] {
            assert_eq!(hex_digits(word), *format!("{word:08x}").as_bytes());
        }
    }
}
