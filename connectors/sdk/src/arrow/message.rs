//! Arrow's messages, as written. Field numbers are those of `Message.fbs` and `Schema.fbs` in
//! the Arrow format specification.

use super::flatbuf::{Pending, Slot, Writer};
use super::schema::{DataType, Field, Schema};

/// Before each message's metadata: says that a 32-bit length follows.
pub(super) const CONTINUATION: [u8; 4] = [0xFF; 4];
/// The continuation marker and a length of zero.
pub(super) const END_OF_STREAM: [u8; 8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];
/// Every buffer starts and ends on such a boundary.
pub(super) const ALIGNMENT: usize = 8;

pub(super) const METADATA_V5: i16 = 4;

/// Members of the union `MessageHeader`.
pub(super) mod header {
    pub(in super::super) const SCHEMA: u8 = 1;
    pub(in super::super) const DICTIONARY_BATCH: u8 = 2;
    pub(in super::super) const RECORD_BATCH: u8 = 3;
}

/// Members of the union `Type`.
pub(super) mod type_id {
    pub(in super::super) const INT: u8 = 2;
    pub(in super::super) const FLOATING_POINT: u8 = 3;
    pub(in super::super) const BINARY: u8 = 4;
    pub(in super::super) const UTF8: u8 = 5;
    pub(in super::super) const BOOL: u8 = 6;
    pub(in super::super) const DECIMAL: u8 = 7;
    pub(in super::super) const DATE: u8 = 8;
    pub(in super::super) const TIME: u8 = 9;
    pub(in super::super) const TIMESTAMP: u8 = 10;
    pub(in super::super) const FIXED_SIZE_BINARY: u8 = 15;
}

pub(super) const PRECISION_SINGLE: i16 = 1;
pub(super) const PRECISION_DOUBLE: i16 = 2;
pub(super) const DATE_UNIT_DAY: i16 = 0;
pub(super) const DATE_UNIT_MILLISECOND: i16 = 1;
pub(super) const TIME_UNIT_SECOND: i16 = 0;
pub(super) const TIME_UNIT_MILLISECOND: i16 = 1;
pub(super) const TIME_UNIT_MICROSECOND: i16 = 2;

/// A whole schema message: prefix, metadata, no body.
pub(super) fn schema_message(schema: &Schema) -> Vec<u8> {
    let (mut w, root) = Writer::new();
    let message = w.table(root, [Slot::I16(METADATA_V5), Slot::U8(header::SCHEMA), Slot::Offset, Slot::I64(0)]);
    let metadata = if schema.metadata.is_empty() { Slot::Absent } else { Slot::Offset };
    // Endianness 0 is little; it is written down because a default is easily misread.
    let table = w.table(message[2], [Slot::I16(0), Slot::Offset, metadata]);
    let fields = w.offsets(table[1], schema.fields.len());
    for (place, field) in fields.into_iter().zip(&schema.fields) {
        write_field(&mut w, place, field);
    }
    if !schema.metadata.is_empty() {
        write_metadata(&mut w, table[2], &schema.metadata);
    }
    let mut out = Vec::new();
    put_metadata(&mut out, &w.finish());
    out
}

fn write_field(w: &mut Writer, place: Pending, field: &Field) {
    let metadata = if field.metadata.is_empty() { Slot::Absent } else { Slot::Offset };
    let table = w.table(
        place,
        [
            Slot::Offset,
            Slot::U8(u8::from(field.nullable)),
            Slot::U8(type_id_of(&field.data_type)),
            Slot::Offset,
            Slot::Absent,
            Slot::Offset,
            metadata,
        ],
    );
    w.string(table[0], &field.name);
    write_type(w, table[3], &field.data_type);
    // Some readers insist on the list of children even where a type can have none.
    w.offsets(table[5], 0);
    if !field.metadata.is_empty() {
        write_metadata(w, table[6], &field.metadata);
    }
}

fn type_id_of(data_type: &DataType) -> u8 {
    match data_type {
        DataType::Boolean => type_id::BOOL,
        DataType::Int16 | DataType::Int32 | DataType::Int64 => type_id::INT,
        DataType::Float32 | DataType::Float64 => type_id::FLOATING_POINT,
        DataType::Decimal128 { .. } => type_id::DECIMAL,
        DataType::Utf8 => type_id::UTF8,
        DataType::Binary => type_id::BINARY,
        DataType::FixedSizeBinary(_) => type_id::FIXED_SIZE_BINARY,
        DataType::Date32 => type_id::DATE,
        DataType::Time64Micros => type_id::TIME,
        DataType::TimestampMicros { .. } => type_id::TIMESTAMP,
    }
}

fn write_type(w: &mut Writer, place: Pending, data_type: &DataType) {
    match data_type {
        DataType::Boolean | DataType::Utf8 | DataType::Binary => {
            w.table(place, []);
        }
        DataType::Int16 => write_int(w, place, 16),
        DataType::Int32 => write_int(w, place, 32),
        DataType::Int64 => write_int(w, place, 64),
        DataType::Float32 => {
            w.table(place, [Slot::I16(PRECISION_SINGLE)]);
        }
        DataType::Float64 => {
            w.table(place, [Slot::I16(PRECISION_DOUBLE)]);
        }
        DataType::Decimal128 { precision, scale } => {
            w.table(place, [Slot::I32(i32::from(*precision)), Slot::I32(i32::from(*scale)), Slot::I32(128)]);
        }
        DataType::FixedSizeBinary(width) => {
            w.table(place, [Slot::I32(*width as i32)]);
        }
        DataType::Date32 => {
            w.table(place, [Slot::I16(DATE_UNIT_DAY)]);
        }
        DataType::Time64Micros => {
            w.table(place, [Slot::I16(TIME_UNIT_MICROSECOND), Slot::I32(64)]);
        }
        DataType::TimestampMicros { zone: None } => {
            w.table(place, [Slot::I16(TIME_UNIT_MICROSECOND)]);
        }
        DataType::TimestampMicros { zone: Some(zone) } => {
            let table = w.table(place, [Slot::I16(TIME_UNIT_MICROSECOND), Slot::Offset]);
            w.string(table[1], zone);
        }
    }
}

fn write_int(w: &mut Writer, place: Pending, bits: i32) {
    w.table(place, [Slot::I32(bits), Slot::U8(1)]);
}

fn write_metadata(w: &mut Writer, place: Pending, metadata: &[(String, String)]) {
    let entries = w.offsets(place, metadata.len());
    for (entry, (key, value)) in entries.into_iter().zip(metadata) {
        let table = w.table(entry, [Slot::Offset, Slot::Offset]);
        w.string(table[0], key);
        w.string(table[1], value);
    }
}

/// The prefix and metadata of a record batch; its body of `body_bytes` must follow. `nodes` are
/// (rows, nulls) per column, `buffers` (offset in the body, length without padding).
pub(super) fn put_batch_message(
    out: &mut Vec<u8>,
    rows: usize,
    nodes: &[(i64, i64)],
    buffers: &[(i64, i64)],
    body_bytes: usize,
) {
    let (mut w, root) = Writer::new();
    let message = w.table(
        root,
        [Slot::I16(METADATA_V5), Slot::U8(header::RECORD_BATCH), Slot::Offset, Slot::I64(body_bytes as i64)],
    );
    let batch = w.table(message[2], [Slot::I64(rows as i64), Slot::Offset, Slot::Offset]);
    w.pairs(batch[1], nodes.iter().copied());
    w.pairs(batch[2], buffers.iter().copied());
    put_metadata(out, &w.finish());
}

/// At most so many bytes does a stream of one batch add to its schema message and its buffers.
pub(super) fn batch_overhead(columns: usize) -> usize {
    // Prefix, root, message and batch table with their vtables and paddings, end marker.
    const FIXED: usize = 192;
    // A node, three buffers, and up to seven bytes of padding for each of those.
    const PER_COLUMN: usize = 16 + 3 * (16 + (ALIGNMENT - 1));
    FIXED + columns * PER_COLUMN
}

fn put_metadata(out: &mut Vec<u8>, metadata: &[u8]) {
    let padded = metadata.len().next_multiple_of(ALIGNMENT);
    out.extend_from_slice(&CONTINUATION);
    out.extend_from_slice(&(padded as u32).to_le_bytes());
    out.extend_from_slice(metadata);
    out.resize(out.len() + padded - metadata.len(), 0);
}
