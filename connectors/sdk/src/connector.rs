//! The three kinds of connector, and what they work with.

use crate::arrow::{write_columns, Column, RawColumn, Schema};
use crate::host;
use crate::types::{
    Barrier, CheckpointKind, ComparableTable, Comparison, ConnectorError, DiscoveredStream, Finding, FindingLevel,
    Inbound, KeyRange, LogSlot, RangeDigest, ReadSummary, Receipt, RepairSummary, RowDigest, StreamContext, TransformSummary,
    WriteSummary,
};
use crate::Result;
use serde::de::DeserializeOwned;
use std::ops::Range;

/// Reads streams from somewhere. Export it with [`crate::source!`].
pub trait Source: Sized {
    /// The JSON object under `source.config` of the pipeline. Give it `#[serde(deny_unknown_fields)]`
    /// so that a misspelt key is told, not ignored.
    type Config: DeserializeOwned;

    /// Takes the configuration. Opens no connection.
    fn open(config: Self::Config) -> Result<Self>;

    /// Looks whether the streams could be read, without reading them.
    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        let _ = streams;
        Ok(Vec::new())
    }

    /// All streams that could be read.
    fn discover(&mut self) -> Result<Vec<DiscoveredStream>>;

    /// Reads one stream to its end. A stream without rows still emits one batch with its schema (I2).
    fn read(&mut self, ctx: &StreamContext, out: &mut Emitter) -> Result<()>;

    /// What is known of the stream's table, for a comparison with the other side's.
    fn comparable(&mut self, ctx: &StreamContext) -> Result<ComparableTable> {
        let _ = ctx;
        Err(no_comparison())
    }

    /// Keys that cut a range into about `count` slices of about the same size, in order.
    fn slices(&mut self, what: &Comparison, within: &KeyRange, count: u32) -> Result<Vec<Vec<String>>> {
        let _ = (what, within, count);
        Err(no_comparison())
    }

    /// Digests of the ranges that the cuts make of `within`, in order: one more than there are cuts.
    /// All of them are of one snapshot.
    fn digest(&mut self, what: &Comparison, within: &KeyRange, cuts: &[Vec<String>]) -> Result<Vec<RangeDigest>> {
        let _ = (what, within, cuts);
        Err(no_comparison())
    }

    /// A digest for each key in a range and, if there are `keys`, among them.
    fn row_digests(
        &mut self,
        what: &Comparison,
        within: &KeyRange,
        keys: Option<&[Vec<String>]>,
    ) -> Result<Vec<RowDigest>> {
        let _ = (what, within, keys);
        Err(no_comparison())
    }

    /// Emits the rows of these keys, with the compared columns.
    fn read_rows(&mut self, what: &Comparison, keys: &[Vec<String>], out: &mut Emitter) -> Result<()> {
        let _ = (what, keys, out);
        Err(no_comparison())
    }

    /// The slots of the database that is read, whoever made them; none where the source reads no log.
    fn slots(&mut self, streams: &[StreamContext]) -> Result<Vec<LogSlot>> {
        let _ = streams;
        Ok(Vec::new())
    }

    /// Drops a slot that nobody is reading from, for good.
    fn drop_slot(&mut self, name: &str) -> Result<()> {
        let message = format!("this connector reads no log, so there is no slot {name:?}");
        Err(ConnectorError::config("connector.no-slots", message))
    }

    /// Gives everything back. Called even after an error.
    fn close(self) -> Result<()> {
        Ok(())
    }
}

/// Writes streams to somewhere. Export it with [`crate::destination!`].
pub trait Destination: Sized {
    /// The JSON object under `destination.config` of the pipeline.
    type Config: DeserializeOwned;

    /// Takes the configuration. Opens no connection.
    fn open(config: Self::Config) -> Result<Self>;

    /// Looks whether the streams could be written, without writing them.
    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        let _ = streams;
        Ok(Vec::new())
    }

    /// Claims the stream for the run of `ctx`, so that no earlier run can write to it any more, and
    /// tells how far the load got (I8). `None`: this destination keeps no receipts, so that rows
    /// may come twice when a load is continued.
    fn resume(&mut self, ctx: &StreamContext) -> Result<Option<Receipt>> {
        let _ = ctx;
        Ok(None)
    }

    /// Consumes one stream to its end and makes it durable barrier by barrier: [`Inbox::prepare`],
    /// commit, [`Inbox::confirm`]. The last barrier comes right before the end. An error from `input`
    /// means that the upstream failed or the run was cancelled: roll back and hand it on (I1).
    fn write(&mut self, ctx: &StreamContext, input: &mut Inbox) -> Result<WriteSummary>;

    /// What is known of the stream's table, for a comparison with the other side's.
    fn comparable(&mut self, ctx: &StreamContext) -> Result<ComparableTable> {
        let _ = ctx;
        Err(no_comparison())
    }

    /// Keys that cut a range into about `count` slices of about the same size, in order.
    fn slices(&mut self, what: &Comparison, within: &KeyRange, count: u32) -> Result<Vec<Vec<String>>> {
        let _ = (what, within, count);
        Err(no_comparison())
    }

    /// Digests of the ranges that the cuts make of `within`, in order: one more than there are cuts.
    /// All of them are of one snapshot.
    fn digest(&mut self, what: &Comparison, within: &KeyRange, cuts: &[Vec<String>]) -> Result<Vec<RangeDigest>> {
        let _ = (what, within, cuts);
        Err(no_comparison())
    }

    /// A digest for each key in a range and, if there are `keys`, among them.
    fn row_digests(
        &mut self,
        what: &Comparison,
        within: &KeyRange,
        keys: Option<&[Vec<String>]>,
    ) -> Result<Vec<RowDigest>> {
        let _ = (what, within, keys);
        Err(no_comparison())
    }

    /// Deletes the rows of these keys, then inserts or updates by key the rows that `input` gives, all
    /// in one transaction and outside of any load. An error from `input` means: roll back (I1).
    fn repair(&mut self, what: &Comparison, delete: &[Vec<String>], input: &mut Inbox) -> Result<RepairSummary> {
        let _ = (what, delete, input);
        Err(no_comparison())
    }

    /// Gives everything back. Called even after an error.
    fn close(self) -> Result<()> {
        Ok(())
    }
}

fn no_comparison() -> ConnectorError {
    ConnectorError::config("connector.no-comparison", "this connector cannot compare tables")
}

/// Changes batches on their way. Export it with [`crate::transform!`].
pub trait Transform: Sized {
    /// The JSON object under `config` of the transform in the pipeline.
    type Config: DeserializeOwned;

    /// Takes the configuration.
    fn open(config: Self::Config) -> Result<Self>;

    /// Looks whether the streams could be transformed.
    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        let _ = streams;
        Ok(Vec::new())
    }

    /// Transforms one batch, a whole Arrow IPC stream, and emits what follows from it, which may be
    /// any number of batches. Returns the rows taken. Rows must not be kept for a later call: by
    /// asking for the next batch a transform says that it has emitted all that it will.
    fn batch(&mut self, ctx: &StreamContext, ipc: Vec<u8>, out: &mut Emitter) -> Result<u64>;

    /// Transforms one stream to its end, batch by batch.
    fn run(&mut self, ctx: &StreamContext, input: &mut Inbox, out: &mut Emitter) -> Result<TransformSummary> {
        let mut rows_in = 0;
        while let Some(inbound) = input.next()? {
            match inbound {
                Inbound::Batch(ipc) => rows_in += self.batch(ctx, ipc, out)?,
                Inbound::Barrier(_) => {} // the host carries barriers around a transform
            }
        }
        Ok(TransformSummary { rows_in, rows_out: out.rows })
    }

    /// Gives everything back. Called even after an error.
    fn close(self) -> Result<()> {
        Ok(())
    }
}

/// Sends batches downstream and counts them.
#[derive(Debug, Default)]
pub struct Emitter {
    rows: u64,
    bytes: u64,
    batches: u64,
    position: Option<String>,
    /// Where [`Emitter::columns`] writes what it sends; kept for its memory.
    ipc: Vec<u8>,
}

impl Emitter {
    /// Sends one Arrow IPC stream that holds `rows` rows. Blocks while no credit is free. The bytes
    /// have been copied when this returns, so the buffer can be used again.
    pub fn batch(&mut self, ipc: &[u8], rows: u64) -> Result<()> {
        host::emit_batch(ipc)?;
        self.rows += rows;
        self.bytes += ipc.len() as u64;
        self.batches += 1;
        Ok(())
    }

    /// Sends `rows` rows of columns, which have the schema's types, as one batch, or as several where one would be larger than
    /// `max_bytes` (I16); a schema alone where there are no rows (I2). Transforms, whose batches can grow, pass what the
    /// stream's limits say.
    pub fn columns(&mut self, schema: &Schema, rows: usize, columns: &[RawColumn<'_>], max_bytes: u64) -> Result<()> {
        let mut ipc = std::mem::take(&mut self.ipc);
        let sent = self.pieces(schema, 0..rows, columns, max_bytes, &mut ipc);
        self.ipc = ipc;
        sent
    }

    fn pieces(
        &mut self,
        schema: &Schema,
        rows: Range<usize>,
        columns: &[RawColumn<'_>],
        max_bytes: u64,
        ipc: &mut Vec<u8>,
    ) -> Result<()> {
        let body: usize = columns.iter().map(|column| column.byte_size(&rows)).sum();
        if rows.len() <= 1 || body as u64 <= max_bytes {
            write_columns(schema, rows.clone(), columns, ipc)?;
            if rows.len() <= 1 || ipc.len() as u64 <= max_bytes {
                return self.batch(ipc, rows.len() as u64);
            }
        }
        let middle = rows.start + rows.len() / 2;
        self.pieces(schema, rows.start..middle, columns, max_bytes, ipc)?;
        self.pieces(schema, middle..rows.end, columns, max_bytes, ipc)
    }

    /// Sends a schema without rows: a stream without any still has columns (I2).
    pub fn schema(&mut self, schema: &Schema) -> Result<()> {
        let empty: Vec<Column> = schema.fields.iter().map(|field| Column::new(&field.data_type)).collect();
        let raw = empty.iter().map(Column::raw).collect::<Result<Vec<_>, _>>()?;
        self.columns(schema, 0, &raw, u64::MAX)
    }

    /// Places a barrier behind the batches emitted so far and gives its id. The payload comes back
    /// as the stream's cursor once the destination has made everything before it durable (I6).
    pub fn barrier(&mut self, payload: &str) -> Result<u64> {
        host::checkpoint(CheckpointKind::Barrier(()), payload)
    }

    /// What the last barrier is to carry, which the host places once the read has ended well.
    pub fn end_at(&mut self, payload: String) {
        self.position = Some(payload);
    }

    /// How many batches were emitted so far.
    pub fn batches(&self) -> u64 {
        self.batches
    }

    /// What was emitted so far.
    pub fn summary(&self) -> ReadSummary {
        ReadSummary { rows: self.rows, bytes: self.bytes, batches: self.batches, position: self.position.clone() }
    }
}

/// Takes batches and barriers from upstream, and counts them.
#[derive(Debug, Default)]
pub struct Inbox {
    bytes: u64,
    batches: u64,
}

impl Inbox {
    /// The next thing to consume; blocks until there is one; `None` only after a clean end.
    #[allow(clippy::should_implement_trait)] // an iterator would invite to go on after an error
    pub fn next(&mut self) -> Result<Option<Inbound>> {
        let inbound = host::next_batch()?;
        if let Some(Inbound::Batch(ipc)) = &inbound {
            self.bytes += ipc.len() as u64;
            self.batches += 1;
        }
        Ok(inbound)
    }

    /// Tells that all before the barrier is about to become durable. When this returns the host has
    /// saved what was rejected before it (I20), so commit after it, never before.
    pub fn prepare(&mut self, barrier: &Barrier) -> Result<()> {
        host::checkpoint(CheckpointKind::Prepare(barrier.id), &barrier.payload)?;
        Ok(())
    }

    /// Tells that all before the barrier is durable. Call it after the commit, never before (I6).
    pub fn confirm(&mut self, barrier: &Barrier) -> Result<()> {
        host::checkpoint(CheckpointKind::Committed(barrier.id), &barrier.payload)?;
        Ok(())
    }

    /// A summary of the batches taken, with the rows that were written and those that were rejected.
    pub fn summary(&self, rows: u64, rejected: u64) -> WriteSummary {
        WriteSummary { rows, rejected, bytes: self.bytes, batches: self.batches }
    }
}

impl Finding {
    fn new(level: FindingLevel, stream: Option<&str>, code: &str, message: impl Into<String>) -> Self {
        Self { level, stream_name: stream.map(str::to_owned), code: code.to_owned(), message: message.into() }
    }

    /// As it should be. `stream` is none for the connection as a whole.
    pub fn ok(stream: Option<&str>, code: &str, message: impl Into<String>) -> Self {
        Self::new(FindingLevel::Ok, stream, code, message)
    }

    /// Works, but deserves a look.
    pub fn warning(stream: Option<&str>, code: &str, message: impl Into<String>) -> Self {
        Self::new(FindingLevel::Warning, stream, code, message)
    }

    /// Will not work.
    pub fn error(stream: Option<&str>, code: &str, message: impl Into<String>) -> Self {
        Self::new(FindingLevel::Error, stream, code, message)
    }
}
