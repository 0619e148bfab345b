use super::message;
use super::schema::{Layout, Schema};
use super::{ArrowError, Result};

/// One column's buffers, borrowed from a [`super::Column`] or a [`super::ColumnView`].
#[derive(Debug, Clone, Copy)]
pub struct RawColumn<'a> {
    pub(super) rows: usize,
    pub(super) nulls: usize,
    /// May be shorter than the rows need: what is missing is valid. Ignored without nulls.
    pub(super) validity: &'a [u8],
    pub(super) offsets: Option<&'a [u8]>,
    pub(super) values: &'a [u8],
}

/// Writes one batch of `rows` rows as an IPC stream into `out`, which is emptied first. The
/// columns stand in the schema's order and may come from builders and views alike.
pub fn write_columns(schema: &Schema, rows: usize, columns: &[RawColumn<'_>], out: &mut Vec<u8>) -> Result<()> {
    write_raw(schema, &message::schema_message(schema), rows, columns, out)
}

pub(super) fn write_raw(
    schema: &Schema,
    schema_message: &[u8],
    rows: usize,
    columns: &[RawColumn<'_>],
    out: &mut Vec<u8>,
) -> Result<()> {
    check(schema, rows, columns)?;
    out.clear();
    out.extend_from_slice(schema_message);
    if rows > 0 {
        write_batch(rows, columns, out);
    }
    out.extend_from_slice(&message::END_OF_STREAM);
    Ok(())
}

fn check(schema: &Schema, rows: usize, columns: &[RawColumn<'_>]) -> Result<()> {
    if schema.fields.len() != columns.len() {
        return Err(ArrowError::Invalid(format!("{} columns for a schema of {}", columns.len(), schema.fields.len())));
    }
    for (field, column) in schema.fields.iter().zip(columns) {
        if column.rows != rows {
            return Err(ArrowError::Invalid(format!(
                "column {} has {} values in a batch of {rows} rows",
                field.name, column.rows
            )));
        }
        if column.nulls > 0 && !field.nullable {
            return Err(ArrowError::Invalid(format!("column {} must not hold nulls", field.name)));
        }
        let fits = match field.data_type.layout() {
            Layout::Bits => column.offsets.is_none() && column.values.len() == rows.div_ceil(8),
            Layout::Fixed(width) => column.offsets.is_none() && column.values.len() == rows * width,
            Layout::Variable => column.offsets.is_some(),
        };
        if !fits {
            return Err(ArrowError::Invalid(format!(
                "the buffers of column {} are not those of {}",
                field.name, field.data_type
            )));
        }
    }
    Ok(())
}

fn write_batch(rows: usize, columns: &[RawColumn<'_>], out: &mut Vec<u8>) {
    let mut nodes = Vec::with_capacity(columns.len());
    let mut buffers = Vec::with_capacity(columns.len() * 3);
    let mut body = 0usize;
    let mut place = |bytes: usize| {
        buffers.push((body as i64, bytes as i64));
        body += bytes.next_multiple_of(message::ALIGNMENT);
    };
    for column in columns {
        nodes.push((rows as i64, column.nulls as i64));
        place(validity_bytes(column));
        if let Some(offsets) = column.offsets {
            place(offsets.len());
        }
        place(column.values.len());
    }
    message::put_batch_message(out, rows, &nodes, &buffers, body);
    out.reserve(body + message::END_OF_STREAM.len());
    for column in columns {
        put_validity(out, column);
        if let Some(offsets) = column.offsets {
            put_padded(out, offsets);
        }
        put_padded(out, column.values);
    }
}

fn validity_bytes(column: &RawColumn<'_>) -> usize {
    if column.nulls == 0 {
        0
    } else {
        column.rows.div_ceil(8)
    }
}

fn put_validity(out: &mut Vec<u8>, column: &RawColumn<'_>) {
    let wanted = validity_bytes(column);
    if wanted == 0 {
        return;
    }
    let known = &column.validity[..wanted.min(column.validity.len())];
    out.extend_from_slice(known);
    out.resize(out.len() + wanted - known.len(), 0xFF);
    pad(out, wanted);
}

fn put_padded(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
    pad(out, bytes.len());
}

fn pad(out: &mut Vec<u8>, bytes: usize) {
    out.resize(out.len() + bytes.next_multiple_of(message::ALIGNMENT) - bytes, 0);
}
