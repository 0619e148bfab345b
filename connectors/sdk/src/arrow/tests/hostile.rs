//! Broken bytes: whatever is cut off or flipped, the reader answers with an error or with values,
//! and never panics.

use super::*;

/// Deterministic, so that a failure can be replayed from the seed it prints.
struct Random(u64);

impl Random {
    /// xorshift64*.
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

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
fn flipped_bits_never_panic() {
    let original = written(&every_type());
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_729);
    println!("SEED={seed}");
    let mut random = Random(seed);
    for _ in 0..20_000 {
        let mut bytes = original.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
        let _ = walk(&bytes);
    }
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
