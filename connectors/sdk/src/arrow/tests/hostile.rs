//! Broken bytes: whatever is cut off or flipped, the reader answers with an error or with values,
//! and never panics.

use rapidbyte_testkit::{feed, Random};

use super::*;

/// Reads everything that can be read; the sum keeps the reads from being optimised away.
fn walk(bytes: &[u8]) -> Result<u64> {
    let mut reader = Reader::new(bytes)?;
    let schema = reader.schema().clone();
    let mut sum = schema.primary_key().map_or(0, |key| key.len() as u64);
    while let Some(view) = reader.next_batch()? {
        for (field, column) in schema.fields.iter().zip(view.columns()) {
            for row in 0..view.rows() {
                sum = sum.wrapping_add(u64::from(column.is_null(row))).wrapping_add(touch(field, column, row));
            }
        }
    }
    Ok(sum)
}

fn touch(field: &Field, column: &ColumnView<'_>, row: usize) -> u64 {
    match field.data_type {
        DataType::Boolean => u64::from(column.bool(row)),
        DataType::Int16 => column.i16(row) as u64,
        DataType::Int32 | DataType::Date32 => column.i32(row) as u64,
        DataType::Int64 | DataType::Time64Micros | DataType::TimestampMicros { .. } => column.i64(row) as u64,
        DataType::Float32 => u64::from(column.f32(row).to_bits()),
        DataType::Float64 => column.f64(row).to_bits(),
        DataType::Decimal128 { .. } => column.i128(row) as u64,
        DataType::Utf8 => column.text(row).map_or(0, |text| text.len() as u64),
        DataType::Binary | DataType::FixedSizeBinary(_) => column.bytes(row).iter().map(|&byte| u64::from(byte)).sum(),
    }
}

#[test]
fn a_stream_cut_off_anywhere_is_an_error() {
    let bytes = written(&every_type());
    assert!(walk(&bytes).is_ok());
    for end in 0..bytes.len() {
        assert!(walk(&bytes[..end]).is_err(), "cut at {end} of {}", bytes.len());
    }
}

#[test]
fn changed_bytes_never_panic() {
    feed(&[written(&every_type())], 20_000, |bytes| drop(walk(&bytes)));
}

#[test]
fn telling_numbers_in_any_place_never_panic() {
    const TELLING: [i64; 11] =
        [0, 1, -1, 8, 0x7FFF, 0xFFFF, i32::MAX as i64, i32::MIN as i64, u32::MAX as i64, i64::MAX, i64::MIN];
    let original = written(&every_type());
    for at in (0..original.len()).step_by(2) {
        for number in TELLING {
            for width in [2, 8] {
                let end = (at + width).min(original.len());
                let mut bytes = original.clone();
                bytes[at..end].copy_from_slice(&number.to_le_bytes()[..end - at]);
                let _ = walk(&bytes);
            }
        }
    }
}

#[test]
fn noise_is_refused() {
    let mut random = Random(7);
    for _ in 0..2_000 {
        let noise: Vec<u8> = (0..random.below(256)).map(|_| random.next() as u8).collect();
        assert!(walk(&noise).is_err());
    }
}
