mod hostile;
mod interop;

use super::*;

/// One column of every type, with and without nulls, over a handful of telling values.
pub(super) fn every_type() -> Batch {
    let schema = Schema::new(vec![
        Field::new("flag", DataType::Boolean, true).with_native_type("boolean"),
        Field::new("small", DataType::Int16, false).with_native_type("smallint"),
        Field::new("plain", DataType::Int32, true).with_native_type("integer"),
        Field::new("big", DataType::Int64, true).with_native_type("bigint"),
        Field::new("real", DataType::Float32, true).with_native_type("real"),
        Field::new("double", DataType::Float64, true).with_native_type("double precision"),
        Field::new("amount", DataType::Decimal128 { precision: 38, scale: 9 }, true).with_native_type("numeric(38,9)"),
        Field::new("text", DataType::Utf8, true).with_native_type("text"),
        Field::new("blob", DataType::Binary, true).with_native_type("bytea"),
        Field::new("id", DataType::FixedSizeBinary(16), true)
            .with_native_type("uuid")
            .with_metadata(keys::EXTENSION_NAME, "arrow.uuid")
            .with_metadata(keys::EXTENSION_METADATA, ""),
        Field::new("day", DataType::Date32, true).with_native_type("date"),
        Field::new("clock", DataType::Time64Micros, true).with_native_type("time without time zone"),
        Field::new("wall", DataType::timestamp(), true).with_native_type("timestamp without time zone"),
        Field::new("moment", DataType::timestamp_utc(), true).with_native_type("timestamp with time zone"),
    ])
    .with_primary_key(&["small", "späť \"q\""]);
    let mut batch = Batch::new(schema, 1 << 20);
    for row in 0..ROWS {
        assert!(batch.has_room(64));
        let n = row as i64;
        let columns = batch.columns_mut();
        columns[0].push_bool(row % 3 == 0);
        columns[1].push_i16(i16::MIN + row as i16);
        columns[2].push_i32(i32::MAX - row as i32);
        columns[3].push_i64(i64::MIN + n);
        columns[4].push_f32(if row == 1 { f32::NAN } else { -0.0 + n as f32 / 4.0 });
        columns[5].push_f64(if row == 1 { f64::NEG_INFINITY } else { n as f64 / 8.0 });
        columns[6].push_i128(i128::from(n) * -10i128.pow(36));
        if row % 2 == 0 {
            columns[7].push_bytes("žluťoučký 🐎 ".repeat(row).as_bytes());
            columns[8].push_bytes(&[0, 255, row as u8]);
            columns[9].push_fixed([row as u8; 16]);
            columns[10].push_i32(-719_528 + row as i32);
            columns[11].push_i64(86_399_999_999 - n);
            columns[12].push_i64(i64::MAX - n);
        } else {
            columns[7..13].iter_mut().for_each(Column::push_null);
        }
        columns[13].push_i64(-1_000_000 * n);
        batch.end_row();
    }
    batch
}

pub(super) const ROWS: usize = 11;

pub(super) fn written(batch: &Batch) -> Vec<u8> {
    let mut out = Vec::new();
    batch.write_ipc(&mut out).unwrap();
    out
}

#[test]
fn reads_back_what_it_wrote() {
    let batch = every_type();
    let bytes = written(&batch);
    let mut reader = Reader::new(&bytes).unwrap();
    assert_eq!(reader.schema(), batch.schema());
    assert_eq!(reader.schema().primary_key().unwrap(), ["small", "späť \"q\""]);
    let view = reader.next_batch().unwrap().unwrap();
    assert_eq!(view.rows(), ROWS);
    let columns = view.columns();
    for row in 0..ROWS {
        let n = row as i64;
        assert_eq!(columns[0].bool(row), row % 3 == 0);
        assert_eq!(columns[1].i16(row), i16::MIN + row as i16);
        assert_eq!(columns[2].i32(row), i32::MAX - row as i32);
        assert_eq!(columns[3].i64(row), i64::MIN + n);
        assert_eq!(columns[4].f32(row).is_nan(), row == 1);
        assert_eq!(columns[5].f64(row), if row == 1 { f64::NEG_INFINITY } else { n as f64 / 8.0 });
        assert_eq!(columns[6].i128(row), i128::from(n) * -10i128.pow(36));
        assert_eq!(columns[7].is_null(row), row % 2 == 1);
        if row % 2 == 0 {
            assert_eq!(columns[7].text(row).unwrap(), "žluťoučký 🐎 ".repeat(row));
            assert_eq!(columns[8].bytes(row), [0, 255, row as u8]);
            assert_eq!(columns[9].fixed::<16>(row), [row as u8; 16]);
            assert_eq!(columns[10].i32(row), -719_528 + row as i32);
        }
        assert!(!columns[13].is_null(row));
        assert_eq!(columns[13].i64(row), -1_000_000 * n);
    }
    assert_eq!(columns[7].null_count(), 5);
    assert!(reader.next_batch().unwrap().is_none());
    assert!(reader.next_batch().unwrap().is_none());
}

#[test]
fn a_batch_without_rows_still_carries_its_schema() {
    let mut batch = every_type();
    batch.clear();
    let bytes = written(&batch);
    let mut reader = Reader::new(&bytes).unwrap();
    assert_eq!(reader.schema(), batch.schema());
    assert!(reader.next_batch().unwrap().is_none());
}

#[test]
fn a_batch_without_columns_still_counts_its_rows() {
    let mut batch = Batch::new(Schema::default(), 1024);
    for _ in 0..3 {
        assert!(batch.has_room(0));
        batch.end_row();
    }
    let bytes = written(&batch);
    let view = Reader::new(&bytes).unwrap().next_batch().unwrap().unwrap();
    assert_eq!((view.rows(), view.columns().len()), (3, 0));
}

#[test]
fn a_cleared_batch_writes_the_same_bytes_again() {
    let first = written(&every_type());
    let mut batch = every_type();
    batch.clear();
    assert_ne!(first, written(&batch));
    assert_eq!(first, written(&every_type()));
}

#[test]
fn views_and_built_columns_are_written_side_by_side() {
    let batch = every_type();
    let bytes = written(&batch);
    let view = Reader::new(&bytes).unwrap().next_batch().unwrap().unwrap();
    let raw: Vec<RawColumn<'_>> = view.columns().iter().map(ColumnView::raw).collect();
    let mut out = Vec::new();
    write_columns(batch.schema(), 0..ROWS, &raw, &mut out).unwrap();
    assert_eq!(out, bytes);
}

#[test]
fn any_rows_of_columns_are_written_as_if_there_were_no_others() {
    let batch = every_type();
    let bytes = written(&batch);
    let view = Reader::new(&bytes).unwrap().next_batch().unwrap().unwrap();
    let raw: Vec<RawColumn<'_>> = view.columns().iter().map(ColumnView::raw).collect();
    for start in 0..=ROWS {
        for end in start..=ROWS {
            let mut out = Vec::new();
            write_columns(batch.schema(), start..end, &raw, &mut out).unwrap();
            let mut expected = Batch::new(batch.schema().clone(), u64::MAX);
            for row in start..end {
                for (index, field) in batch.schema().fields.iter().enumerate() {
                    expected.columns_mut()[index].push_from(&field.data_type, &view.columns()[index], row);
                }
                expected.end_row();
            }
            let (got, expected) = (values(&out), values(&written(&expected)));
            assert_eq!(got, expected, "rows {start}..{end}");
            let size: usize = raw.iter().map(|column| column.byte_size(&(start..end))).sum();
            assert!(size <= out.len(), "rows {start}..{end}: {size} bytes of {}", out.len());
        }
    }
    assert!(write_columns(batch.schema(), 1..ROWS + 1, &raw, &mut Vec::new()).is_err());
}

/// All values, column by column, in one form.
fn values(ipc: &[u8]) -> Vec<Vec<Option<Vec<u8>>>> {
    let mut reader = Reader::new(ipc).unwrap();
    let schema = reader.schema().clone();
    let Some(view) = reader.next_batch().unwrap() else { return vec![Vec::new(); schema.fields.len()] };
    let columns = schema.fields.iter().zip(view.columns()).map(|(field, column)| {
        let mut copy = Column::new(&field.data_type);
        (0..view.rows()).for_each(|row| copy.push_from(&field.data_type, column, row));
        (0..view.rows()).map(|row| copy.value(row).map(<[u8]>::to_vec)).collect()
    });
    columns.collect()
}

#[test]
fn values_of_every_length_are_copied_and_nothing_beside_them() {
    let from: Vec<u8> = (1..=100).collect();
    for length in 0..=100 {
        let mut to = [0; 102];
        copy_value(&from[..length], &mut to[1..=length]);
        assert_eq!(to[1..=length], from[..length]);
        assert!(to[0] == 0 && to[length + 1..].iter().all(|byte| *byte == 0), "{length}");
    }
}

#[test]
fn the_limit_counts_the_bytes_of_the_finished_stream() {
    let limit = 4096;
    let schema = Schema::new(vec![
        Field::new("a", DataType::Int64, true),
        Field::new("b", DataType::Utf8, true),
        Field::new("c", DataType::Boolean, true),
    ]);
    let mut batch = Batch::new(schema, limit);
    let text = [b'x'; 37];
    while batch.has_room(text.len()) {
        let row = batch.rows();
        let columns = batch.columns_mut();
        columns[0].push_i64(row as i64);
        if row % 2 == 0 {
            columns[1].push_bytes(&text);
        } else {
            columns[1].push_null();
        }
        columns[2].push_bool(true);
        batch.end_row();
    }
    let size = written(&batch).len();
    assert!(size <= limit as usize, "{size}");
    assert!(size > limit as usize * 3 / 4, "{size} wastes the limit");
    assert!(batch.byte_size() >= size);
}

#[test]
fn a_row_larger_than_the_limit_travels_alone() {
    let mut batch = Batch::new(Schema::new(vec![Field::new("t", DataType::Utf8, false)]), 64);
    assert!(batch.has_room(1000));
    batch.columns_mut()[0].push_bytes(&[b'y'; 1000]);
    batch.end_row();
    assert!(!batch.has_room(1));
    assert!(!batch.has_room(1000));
}

#[test]
fn ragged_columns_wrong_widths_and_forbidden_nulls_are_refused() {
    let schema = Schema::new(vec![Field::new("n", DataType::Int32, false)]);
    let mut batch = Batch::new(schema.clone(), 1024);
    batch.columns_mut()[0].push_i32(1);
    assert!(matches!(batch.write_ipc(&mut Vec::new()), Err(ArrowError::Invalid(_))));
    let mut batch = Batch::new(schema.clone(), 1024);
    batch.columns_mut()[0].push_i64(1);
    batch.end_row();
    assert!(matches!(batch.write_ipc(&mut Vec::new()), Err(ArrowError::Invalid(_))));
    let mut batch = Batch::new(schema, 1024);
    batch.columns_mut()[0].push_null();
    batch.end_row();
    assert!(matches!(batch.write_ipc(&mut Vec::new()), Err(ArrowError::Invalid(_))));
}

#[test]
fn readers_of_one_cache_share_the_schema_until_it_changes() {
    let bytes = written(&every_type());
    let mut cache = SchemaCache::default();
    let first = Reader::cached(&bytes, &mut cache).unwrap();
    let mut second = Reader::cached(&bytes, &mut cache).unwrap();
    assert!(std::ptr::eq(first.schema(), second.schema()));
    assert_eq!(second.next_batch().unwrap().unwrap().rows(), ROWS);
    let other = written(&Batch::new(Schema::new(vec![Field::new("n", DataType::Int32, false)]), 1024));
    assert_eq!(Reader::cached(&other, &mut cache).unwrap().schema().fields[0].name, "n");
    assert_eq!(Reader::cached(&bytes, &mut cache).unwrap().schema(), first.schema());
    assert!(Reader::cached(&bytes[..40], &mut cache).is_err());
}
