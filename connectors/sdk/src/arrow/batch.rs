use super::column::Column;
use super::message;
use super::schema::{Layout, Schema};
use super::write::{write_raw, RawColumn};
use super::{ArrowError, Result};

/// Rows under construction, written as one IPC stream.
///
/// The loop of a source: ask [`Batch::has_room`] before each row; on `false` write, emit and
/// [`Batch::clear`]; push one value or null into every column; call [`Batch::end_row`]. All
/// memory is kept from batch to batch.
///
/// The limit counts the bytes of the finished stream (I16): a row that alone exceeds it travels
/// alone.
#[derive(Debug)]
pub struct Batch {
    schema: Schema,
    schema_message: Vec<u8>,
    columns: Vec<Column>,
    rows: usize,
    max_bytes: usize,
    /// Bytes of every row whatever its values: fixed widths, offsets, bits.
    row_bytes: usize,
    /// Bytes of every batch whatever its rows: messages, padding.
    frame_bytes: usize,
    /// Bytes surely left; the truth may be more, `recount` finds it.
    budget: usize,
    /// Bytes of the row that was turned away; it is the first one after the next `clear`.
    turned_away: usize,
}

impl Batch {
    /// `max_bytes` is the contract's `max-batch-bytes`.
    pub fn new(schema: Schema, max_bytes: u64) -> Self {
        let schema_message = message::schema_message(&schema);
        let columns: Vec<Column> = schema.fields.iter().map(|field| Column::new(&field.data_type)).collect();
        let row_bytes = schema
            .fields
            .iter()
            .map(|field| match field.data_type.layout() {
                // A bit of value and a bit of validity, rounded up.
                Layout::Bits => 1,
                Layout::Fixed(width) => width + 1,
                Layout::Variable => 4 + 1,
            })
            .sum();
        let frame_bytes = schema_message.len() + message::batch_overhead(columns.len());
        // 32-bit offsets cannot address more in a column than i32::MAX.
        let max_bytes = max_bytes.min(i32::MAX as u64) as usize;
        let mut batch = Batch {
            schema,
            schema_message,
            columns,
            rows: 0,
            max_bytes,
            row_bytes,
            frame_bytes,
            budget: 0,
            turned_away: 0,
        };
        batch.clear();
        batch
    }

    /// Changes the limit, from the next [`Batch::clear`] on.
    pub fn set_max_bytes(&mut self, max_bytes: u64) {
        self.max_bytes = max_bytes.min(i32::MAX as u64) as usize;
    }

    /// The columns' names and types.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Rows ended so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether no row was ended yet.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The columns in the schema's order.
    #[inline(always)]
    pub fn columns_mut(&mut self) -> &mut [Column] {
        &mut self.columns
    }

    /// The columns, with what was pushed since the last [`Batch::end_row`].
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether one more row fits, whose text and binary values have at most `payload_bytes`
    /// together. An empty batch has room for any row.
    #[inline(always)]
    pub fn has_room(&mut self, payload_bytes: usize) -> bool {
        let cost = self.row_bytes + payload_bytes;
        if cost <= self.budget {
            self.budget -= cost;
            return true;
        }
        self.recount(cost)
    }

    /// Bytes that further rows may take, each with its values and [`Batch::row_overhead`]. Surely
    /// free; [`Batch::recount_room`] may find more.
    pub fn room(&self) -> usize {
        self.budget
    }

    /// Counts the room anew from what the columns really hold.
    pub fn recount_room(&mut self) -> usize {
        self.budget = self.max_bytes.saturating_sub(self.byte_size());
        self.budget
    }

    /// Bytes of a row beside those of its text and binary values, at most.
    pub fn row_overhead(&self) -> usize {
        self.row_bytes
    }

    /// Ends `rows` rows at once, whose values have `payload_bytes` at most.
    pub fn end_rows(&mut self, rows: usize, payload_bytes: usize) {
        self.rows += rows;
        self.budget = self.budget.saturating_sub(rows * self.row_bytes + payload_bytes);
    }

    #[cold]
    #[inline(never)]
    fn recount(&mut self, cost: usize) -> bool {
        let left = self.max_bytes.saturating_sub(self.byte_size());
        self.budget = left.saturating_sub(cost);
        let fits = cost <= left || self.rows == 0;
        self.turned_away = if fits { 0 } else { cost };
        fits
    }

    /// Ends a row after a value or a null was pushed into every column.
    #[inline(always)]
    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    /// Takes back what was pushed since the last [`Batch::end_row`], into however many columns.
    #[cold]
    #[inline(never)]
    pub fn rollback_row(&mut self) {
        let rows = self.rows;
        self.columns.iter_mut().for_each(|column| column.truncate(rows));
    }

    /// Bytes of the stream that [`Batch::write_ipc`] would write, at most.
    pub fn byte_size(&self) -> usize {
        self.frame_bytes + self.columns.iter().map(Column::byte_size).sum::<usize>()
    }

    /// Writes the rows as one IPC stream into `out`, which is emptied first. A batch without rows
    /// is a stream with a schema and no record batch (I2).
    ///
    /// Fails where the columns have different numbers of values, where a required column holds a
    /// null, or where a value was pushed with another type's width.
    pub fn write_ipc(&self, out: &mut Vec<u8>) -> Result<()> {
        let mut raw: Vec<RawColumn<'_>> = Vec::with_capacity(self.columns.len());
        for (field, column) in self.schema.fields.iter().zip(&self.columns) {
            if column.rows() != self.rows {
                return Err(ArrowError::Invalid(format!(
                    "column {} has {} values in a batch of {} rows",
                    field.name,
                    column.rows(),
                    self.rows
                )));
            }
            raw.push(column.raw()?);
        }
        write_raw(&self.schema, &self.schema_message, 0..self.rows, &raw, out)
    }

    /// Empties the batch and keeps its memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.columns.iter_mut().for_each(Column::clear);
        let taken = self.byte_size() + std::mem::take(&mut self.turned_away);
        self.budget = self.max_bytes.saturating_sub(taken);
    }
}
