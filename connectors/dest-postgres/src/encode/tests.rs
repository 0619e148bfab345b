//! Rows made column by column are those made value by value.

use rapidbyte_sdk::arrow::{Batch, Column, DataType, Field, Reader, Schema};

use rapidbyte_testkit::Random;

use super::binary::put_binary;
use super::*;

/// Of any number of bits, so that small and large ones are as frequent.
fn any_number(random: &mut Random) -> i64 {
    random.next() as i64 >> random.below(64)
}

const DECIMAL: DataType = DataType::Decimal128 { precision: 38, scale: 6 };

/// Every form, with the Arrow type it is for.
fn forms() -> Vec<(DataType, Binary)> {
    vec![
        (DataType::Int64, Binary::Null),
        (DataType::Boolean, Binary::Bool),
        (DataType::Int16, Binary::Int2),
        (DataType::Int16, Binary::Int2To4),
        (DataType::Int16, Binary::Int2To8),
        (DataType::Int32, Binary::Int4),
        (DataType::Int32, Binary::Int4To8),
        (DataType::Int64, Binary::Int8),
        (DataType::Int16, Binary::Int2ToNumeric),
        (DataType::Int32, Binary::Int4ToNumeric),
        (DataType::Int64, Binary::Int8ToNumeric),
        (DataType::Int32, Binary::Bits32),
        (DataType::Float64, Binary::Bits64),
        (DataType::Float32, Binary::Float4To8),
        (DECIMAL, Binary::Decimal(6)),
        (DECIMAL, Binary::Decimal(0)),
        (DECIMAL, Binary::Decimal(3)),
        (DataType::Utf8, Binary::NumericText),
        (DataType::Utf8, Binary::Raw),
        (DataType::Binary, Binary::Raw),
        (DataType::FixedSizeBinary(3), Binary::Raw),
        (DataType::Utf8, Binary::Jsonb),
        (DataType::FixedSizeBinary(16), Binary::Uuid),
        (DataType::Date32, Binary::Date),
        (DataType::timestamp(), Binary::Timestamp),
        (DataType::Int64, Binary::Oid),
    ]
}

/// A value that the form has; `wide` decimals may be beyond 64 bits.
fn push(random: &mut Random, form: Binary, data_type: &DataType, wide: bool, column: &mut Column) {
    let number = any_number(random);
    match data_type {
        DataType::Boolean => column.push_bool(number % 2 == 0),
        DataType::Int16 => column.push_i16(number as i16),
        DataType::Int32 => column.push_i32(number as i32),
        DataType::Float32 => column.push_f32(f32::from_bits(number as u32)),
        DataType::Float64 => column.push_f64(f64::from_bits(number as u64)),
        DataType::Int64 if form == Binary::Oid => column.push_i64(number & 0xFFFF_FFFF),
        DataType::Int64 => column.push_i64(number),
        DataType::Decimal128 { .. } if wide => column.push_i128(i128::from(number) * i128::from(any_number(random))),
        DataType::Decimal128 { .. } => column.push_i128(i128::from(number)),
        DataType::Utf8 if form == Binary::NumericText => column.push_bytes(format!("{number}.50").as_bytes()),
        DataType::Utf8 | DataType::Binary => column.push_bytes(&vec![number as u8; random.below(40)]),
        DataType::FixedSizeBinary(3) => column.push_fixed([number as u8; 3]),
        DataType::FixedSizeBinary(_) => column.push_fixed([number as u8; 16]),
        DataType::Date32 => column.push_i32([i32::MIN, i32::MAX, number as i32 >> 8][random.below(3)]),
        _ => column.push_i64([i64::MIN, i64::MAX, number >> 8][random.below(3)]),
    }
}

/// A batch with a column of each form, written.
fn written(random: &mut Random, rows: usize, null_in: usize, wide: bool) -> Vec<u8> {
    let forms = forms();
    let fields =
        forms.iter().enumerate().map(|(at, (data_type, _))| Field::new(at.to_string(), data_type.clone(), true));
    let mut batch = Batch::new(Schema::new(fields.collect()), 64 << 20);
    for _ in 0..rows {
        assert!(batch.has_room(4096));
        for (column, (data_type, form)) in batch.columns_mut().iter_mut().zip(&forms) {
            if null_in > 0 && random.below(null_in) == 0 {
                column.push_null();
            } else {
                push(random, *form, data_type, wide, column);
            }
        }
        batch.end_row();
    }
    let mut out = Vec::new();
    batch.write_ipc(&mut out).unwrap();
    out
}

fn encoder() -> Encoder {
    Encoder::new(forms().into_iter().enumerate().map(|(index, (_, form))| (index, form)))
}

fn encoded(encoder: &mut Encoder, ipc: &[u8]) -> Vec<u8> {
    let batch = Reader::new(ipc).unwrap().next_batch().unwrap().unwrap();
    let mut out = b"what was there".to_vec();
    let mut row = 0;
    while row < batch.rows() {
        row += encoder.put(&batch, row..batch.rows(), &mut out).unwrap();
    }
    assert_eq!(row, batch.rows());
    out
}

fn one_by_one(ipc: &[u8]) -> Vec<u8> {
    let batch = Reader::new(ipc).unwrap().next_batch().unwrap().unwrap();
    let mut out = b"what was there".to_vec();
    for row in 0..batch.rows() {
        out.extend_from_slice(&(forms().len() as u16).to_be_bytes());
        for ((_, form), column) in forms().iter().zip(batch.columns()) {
            put_binary(*form, column, row, &mut out).unwrap();
        }
    }
    out
}

#[test]
fn columns_make_the_same_rows_as_values_one_by_one() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_120);
    println!("SEED={seed}");
    let mut random = Random(seed);
    let mut encoder = encoder();
    for wide in [false, true, false] {
        for rows in [1, 7, 8, 9, 300, 5_000] {
            for null_in in [0, 1, 2, 100] {
                let ipc = written(&mut random, rows, null_in, wide);
                assert!(
                    encoded(&mut encoder, &ipc) == one_by_one(&ipc),
                    "{rows} rows, nulls 1 in {null_in}, wide {wide}"
                );
            }
        }
    }
}

/// One column's values, written.
fn column(data_type: DataType, fill: impl Fn(&mut Column), rows: usize) -> Vec<u8> {
    let mut batch = Batch::new(Schema::new(vec![Field::new("c", data_type, true)]), 64 << 20);
    fill(&mut batch.columns_mut()[0]);
    (0..rows).for_each(|_| batch.end_row());
    let mut out = Vec::new();
    batch.write_ipc(&mut out).unwrap();
    out
}

#[test]
fn large_rows_are_encoded_few_at_a_time() {
    let large = vec![b'x'; 400_000];
    let ipc = column(DataType::Utf8, |c| (0..9).for_each(|_| c.push_bytes(&large)), 9);
    let batch = Reader::new(&ipc).unwrap().next_batch().unwrap().unwrap();
    let mut encoder = Encoder::new([(0, Binary::Raw)]);
    let mut out = Vec::new();
    assert_eq!(encoder.put(&batch, 0..batch.rows(), &mut out), Ok(1));
    assert_eq!(out.len(), 2 + 4 + large.len());
}

#[test]
fn a_value_out_of_range_is_named_by_column_and_row() {
    let days = column(DataType::Date32, |c| [i32::MIN, 0, i32::MIN + 1].into_iter().for_each(|day| c.push_i32(day)), 3);
    let moments =
        column(DataType::timestamp(), |c| [0, i64::MIN, i64::MIN + 9].into_iter().for_each(|at| c.push_i64(at)), 3);
    let oids = column(DataType::Int64, |c| [7, 0xFFFF_FFFF, -1].into_iter().for_each(|oid| c.push_i64(oid)), 3);
    let numbers =
        column(DataType::Utf8, |c| ["1", "NaN", "one"].into_iter().for_each(|n| c.push_bytes(n.as_bytes())), 3);
    for (ipc, form) in
        [(days, Binary::Date), (moments, Binary::Timestamp), (oids, Binary::Oid), (numbers, Binary::NumericText)]
    {
        let batch = Reader::new(&ipc).unwrap().next_batch().unwrap().unwrap();
        let bad =
            Encoder::new([(0, Binary::Null), (0, form)]).put(&batch, 0..batch.rows(), &mut Vec::new()).unwrap_err();
        assert_eq!((bad.column, bad.row), (1, 2), "{form:?}");
    }
}
