use super::message;
use super::schema::{Layout, Schema};
use super::{ArrowError, Result};
use std::ops::Range;

/// One column's buffers, borrowed from a [`super::Column`] or a [`super::ColumnView`].
#[derive(Debug, Clone, Copy)]
pub struct RawColumn<'a> {
    pub(super) layout: Layout,
    pub(super) rows: usize,
    pub(super) nulls: usize,
    /// May be shorter than the rows need: what is missing is valid. Ignored without nulls.
    pub(super) validity: &'a [u8],
    /// Of the rows and one more where the layout has offsets.
    pub(super) offsets: &'a [u8],
    pub(super) values: &'a [u8],
}

impl<'a> RawColumn<'a> {
    /// Bytes of the buffers of some rows as they will stand in a batch, without padding.
    pub fn byte_size(&self, rows: &Range<usize>) -> usize {
        let validity = if self.nulls == 0 { 0 } else { rows.len().div_ceil(8) };
        validity
            + match self.layout {
                Layout::Bits => rows.len().div_ceil(8),
                Layout::Fixed(width) => rows.len() * width,
                Layout::Variable => (rows.len() + 1) * 4 + self.data(rows).len(),
            }
    }

    /// How many of these rows are null.
    fn nulls(&self, rows: &Range<usize>) -> usize {
        if self.nulls == 0 || rows.len() == self.rows {
            return self.nulls;
        }
        count_nulls(self.validity, rows)
    }

    /// The offset of a row of a text or binary column.
    fn offset(&self, row: usize) -> usize {
        self.offsets.get(4 * row..).and_then(|from| from.first_chunk::<4>()).map_or(0, |at| u32::from_le_bytes(*at) as usize)
    }

    /// What the offsets of these rows point into.
    fn data(&self, rows: &Range<usize>) -> &'a [u8] {
        self.values.get(self.offset(rows.start)..self.offset(rows.end)).unwrap_or_default()
    }
}

#[inline(never)]
fn count_nulls(validity: &[u8], rows: &Range<usize>) -> usize {
    let known = rows.start..rows.end.min(validity.len() * 8);
    known.map(|row| usize::from(validity[row >> 3] >> (row & 7) & 1 == 0)).sum()
}

/// Writes some rows of the columns as one batch, an IPC stream of its own, into `out`, which is emptied first. The
/// columns stand in the schema's order, have the same number of rows, and may come from builders and views alike.
pub fn write_columns(schema: &Schema, rows: Range<usize>, columns: &[RawColumn<'_>], out: &mut Vec<u8>) -> Result<()> {
    write_raw(schema, &message::schema_message(schema), rows, columns, out)
}

pub(super) fn write_raw(
    schema: &Schema,
    schema_message: &[u8],
    rows: Range<usize>,
    columns: &[RawColumn<'_>],
    out: &mut Vec<u8>,
) -> Result<()> {
    check(schema, &rows, columns)?;
    out.clear();
    out.extend_from_slice(schema_message);
    if !rows.is_empty() {
        write_batch(&rows, columns, out);
    }
    out.extend_from_slice(&message::END_OF_STREAM);
    Ok(())
}

fn check(schema: &Schema, rows: &Range<usize>, columns: &[RawColumn<'_>]) -> Result<()> {
    if schema.fields.len() != columns.len() {
        return Err(ArrowError::Invalid(format!("{} columns for a schema of {}", columns.len(), schema.fields.len())));
    }
    let all = columns.first().map_or(rows.end, |column| column.rows);
    for (field, column) in schema.fields.iter().zip(columns) {
        if column.rows != all || rows.end > all {
            return Err(ArrowError::Invalid(format!(
                "column {} has {} values, the first one {all}, and row {} is to be the last",
                field.name, column.rows, rows.end
            )));
        }
        if column.nulls > 0 && !field.nullable {
            return Err(ArrowError::Invalid(format!("column {} must not hold nulls", field.name)));
        }
        let layout = field.data_type.layout();
        let fits = column.layout == layout
            && match layout {
                Layout::Bits => column.values.len() == all.div_ceil(8),
                Layout::Fixed(width) => column.values.len() == all * width,
                Layout::Variable => column.offsets.len() == (all + 1) * 4,
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

fn write_batch(rows: &Range<usize>, columns: &[RawColumn<'_>], out: &mut Vec<u8>) {
    let mut nodes = Vec::with_capacity(columns.len());
    let mut buffers = Vec::with_capacity(columns.len() * 3);
    let mut body = 0usize;
    let mut place = |bytes: usize| {
        buffers.push((body as i64, bytes as i64));
        body += bytes.next_multiple_of(message::ALIGNMENT);
    };
    for column in columns {
        let nulls = column.nulls(rows);
        nodes.push((rows.len() as i64, nulls as i64));
        place(if nulls == 0 { 0 } else { rows.len().div_ceil(8) });
        match column.layout {
            Layout::Bits => place(rows.len().div_ceil(8)),
            Layout::Fixed(width) => place(rows.len() * width),
            Layout::Variable => {
                place((rows.len() + 1) * 4);
                place(column.data(rows).len());
            }
        }
    }
    message::put_batch_message(out, rows.len(), &nodes, &buffers, body);
    out.reserve(body + message::END_OF_STREAM.len());
    for (column, (_, nulls)) in columns.iter().zip(&nodes) {
        if *nulls > 0 {
            put_bits(out, column.validity, rows);
        }
        match column.layout {
            Layout::Bits => put_bits(out, column.values, rows),
            Layout::Fixed(width) => put_padded(out, &column.values[rows.start * width..rows.end * width]),
            Layout::Variable => {
                put_offsets(out, &column.offsets[4 * rows.start..4 * (rows.end + 1)], column.offset(rows.start));
                put_padded(out, column.data(rows));
            }
        }
    }
}

/// Bits that are missing are set.
fn put_bits(out: &mut Vec<u8>, bits: &[u8], rows: &Range<usize>) {
    let wanted = rows.len().div_ceil(8);
    let (from, shift) = (rows.start / 8, rows.start % 8);
    let known = bits.get(from..).unwrap_or_default();
    let start = out.len();
    if shift == 0 {
        out.extend_from_slice(&known[..wanted.min(known.len())]);
    } else {
        let following = known.iter().skip(1).chain([&0xFF]);
        out.extend(known.iter().zip(following).take(wanted).map(|(low, high)| low >> shift | high << (8 - shift)));
    }
    out.resize(start + wanted, 0xFF);
    pad(out, wanted);
}

/// Offsets begin at 0 in a batch, wherever their rows began.
fn put_offsets(out: &mut Vec<u8>, offsets: &[u8], base: usize) {
    let start = out.len();
    out.extend_from_slice(offsets);
    if base > 0 {
        lower(&mut out[start..], base as u32);
    }
    pad(out, offsets.len());
}

#[inline(never)]
fn lower(offsets: &mut [u8], base: u32) {
    for offset in offsets.as_chunks_mut::<4>().0 {
        *offset = u32::from_le_bytes(*offset).wrapping_sub(base).to_le_bytes();
    }
}

fn put_padded(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
    pad(out, bytes.len());
}

fn pad(out: &mut Vec<u8>, bytes: usize) {
    out.resize(out.len() + bytes.next_multiple_of(message::ALIGNMENT) - bytes, 0);
}
