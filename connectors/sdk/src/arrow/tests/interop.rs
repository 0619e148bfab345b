//! The same table as Arrow Java writes it, and as Arrow Java is known to read it.
//!
//! The fixtures stand beside the Java test that reads `from-rust.arrows` and writes
//! `from-java.arrows`.

use super::*;
use std::path::PathBuf;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../src/test/resources/io/rapidbyte/arrow").join(name)
}

/// Set `BLESS=1` to write the fixture anew after a deliberate change.
#[test]
fn the_stream_that_arrow_java_reads_is_what_the_writer_writes() {
    let bytes = written(&every_type());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(fixture("from-rust.arrows"), &bytes).unwrap();
    }
    assert!(std::fs::read(fixture("from-rust.arrows")).unwrap() == bytes, "the fixture is out of date");
}

#[test]
fn what_arrow_java_writes_reads_as_the_same_table() {
    let bytes = std::fs::read(fixture("from-java.arrows")).unwrap();
    let mut reader = Reader::new(&bytes).unwrap();
    let expected = every_type();
    assert_eq!(in_any_order(reader.schema()), in_any_order(expected.schema()));
    assert_eq!(reader.schema().primary_key().unwrap(), expected.schema().primary_key().unwrap());
    let view = reader.next_batch().unwrap().unwrap();
    assert!(reader.next_batch().unwrap().is_none());
    let ours = written(&expected);
    let ours = Reader::new(&ours).unwrap().next_batch().unwrap().unwrap();
    assert_eq!(view.rows(), ours.rows());
    for ((theirs, ours), field) in view.columns().iter().zip(ours.columns()).zip(&expected.schema().fields) {
        assert_eq!(theirs.null_count(), ours.null_count(), "{}", field.name);
        for row in 0..view.rows() {
            assert_eq!(theirs.is_null(row), ours.is_null(row), "{} {row}", field.name);
            let same = match field.data_type {
                DataType::Boolean => theirs.bool(row) == ours.bool(row),
                _ => ours.is_null(row) || theirs.bytes(row) == ours.bytes(row),
            };
            assert!(same, "{} {row}", field.name);
        }
    }
}

/// Arrow Java keeps metadata in a hash map.
fn in_any_order(schema: &Schema) -> Vec<Field> {
    let mut fields = schema.fields.clone();
    fields.iter_mut().for_each(|field| field.metadata.sort());
    fields
}
