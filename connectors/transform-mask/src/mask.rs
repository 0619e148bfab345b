//! Masking one column of one batch.

use crate::config::Rule;
use rapidbyte_values::text;
use rapidbyte_sdk::arrow::{Column, ColumnView, DataType, Field};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// What `redact` puts in a text column unless told otherwise.
pub const REDACTED: &str = "[redacted]";

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Masks some rows of a column. Nulls stay null. `field` is the column as it comes, `output` the
/// type it leaves with.
pub fn mask(rule: &Rule, field: &Field, output: &DataType, column: &ColumnView<'_>, rows: Range<usize>) -> Column {
    let mut masked = Column::new(output);
    let mut value = Vec::new();
    let mut shown = Vec::new();
    for row in rows {
        if column.is_null(row) {
            masked.push_null();
            continue;
        }
        match rule {
            Rule::Hash { salt } => {
                text::write(field, column, row, &mut value);
                masked.push_bytes(&hash(salt.as_deref().unwrap_or_default(), &value));
            }
            Rule::Redact { .. } if *output != DataType::Utf8 => masked.push_null(),
            Rule::Redact { replacement } => masked.push_bytes(replacement.as_deref().unwrap_or(REDACTED).as_bytes()),
            Rule::Partial { keep_start, keep_end, replacement } => {
                text::write(field, column, row, &mut value);
                partial(&value, *keep_start, *keep_end, replacement, &mut shown);
                masked.push_bytes(&shown);
            }
        }
    }
    masked
}

/// SHA-256 of the salt followed by the value, in lower-case hex.
fn hash(salt: &str, value: &[u8]) -> [u8; 64] {
    let digest = Sha256::new().chain_update(salt).chain_update(value).finalize();
    let mut hex = [0; 64];
    for (pair, byte) in hex.chunks_exact_mut(2).zip(digest) {
        pair[0] = HEX_DIGITS[usize::from(byte >> 4)];
        pair[1] = HEX_DIGITS[usize::from(byte & 15)];
    }
    hex
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
