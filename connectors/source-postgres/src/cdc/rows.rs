//! From changes to batches.

use std::time::{Duration, Instant};

use rapidbyte_sdk::arrow::{Batch, Column};
use rapidbyte_sdk::types::{ErrorScope, MetricValue};
use rapidbyte_sdk::{host, ConnectorError, Emitter, Result, StreamContext};

use super::message::{Begin, Value};
use super::value;
use crate::fault;
use crate::pace::Pace;
use crate::plan::Plan;
use crate::stream::Selection;
use crate::types::oid;

/// Microseconds from 1970 to 2000.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// So often a stream that is followed tells that it has got further without a row of its own: otherwise the server would
/// have to keep the log of everybody else.
const IDLE_MARK: Duration = Duration::from_secs(10);

/// The most bytes of a batch where the pipeline allows more.
const TARGET_BATCH_BYTES: u64 = 4 << 20;

/// How long what came may wait for a barrier; none where the stream is not followed.
pub fn follow_interval(ctx: &StreamContext) -> Option<Duration> {
    ctx.cursor.as_ref().and_then(|cursor| cursor.follow).map(Duration::from_millis)
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Insert,
    Update,
    Delete,
    Truncate,
}

impl Operation {
    pub fn name(self) -> &'static str {
        match self {
            Operation::Insert => "insert",
            Operation::Update => "update",
            Operation::Delete => "delete",
            Operation::Truncate => "truncate",
        }
    }
}

/// Gathers the rows of transactions and emits them.
pub struct Rows<'p> {
    plan: &'p Plan,
    out: &'p mut Emitter,
    batch: Batch,
    ipc: Vec<u8>,
    pace: Pace,
    /// Whether rows came since the last barrier, and when that was placed.
    has_unmarked: bool,
    marked_at: Instant,
    max_row_bytes: usize,
    /// Whether each of the table's columns is an `inet`: a copy prints the mask of every one, the log only those
    /// that say something.
    is_inet: Vec<bool>,
    /// Of the transaction under way.
    lsn: String,
    micros: i64,
    number: i64,
    /// The names of the row's columns that are not known, as a JSON array.
    unchanged: String,
}

impl<'p> Rows<'p> {
    pub fn new(plan: &'p Plan, selection: &Selection, ctx: &StreamContext, out: &'p mut Emitter) -> Rows<'p> {
        Rows {
            plan,
            out,
            batch: Batch::new(plan.schema.clone(), ctx.limits.max_batch_bytes.min(TARGET_BATCH_BYTES)),
            ipc: Vec::new(),
            pace: follow_interval(ctx)
                .map_or_else(|| Pace::new(&ctx.limits), |age| Pace::at_least_every(&ctx.limits, age)),
            has_unmarked: false,
            marked_at: Instant::now(),
            max_row_bytes: usize::try_from(ctx.limits.max_record_bytes).unwrap_or(usize::MAX),
            is_inet: selection.columns.iter().map(|column| column.type_oid == oid::INET).collect(),
            lsn: String::new(),
            micros: 0,
            number: 0,
            unchanged: String::new(),
        }
    }

    /// Rows are of this transaction from here on.
    pub fn begin(&mut self, begin: &Begin) {
        self.lsn = begin.commit.padded();
        self.micros = begin.micros.saturating_add(EPOCH_MICROS);
        self.number = 0;
    }

    /// Adds a row with a value for each of the table's columns; one that is unchanged is NULL, and named (I26).
    pub fn put<'v>(&mut self, operation: Operation, value_of: impl Fn(usize) -> Value<'v>) -> Result<()> {
        let own = self.is_inet.len();
        let mut bytes = 0;
        let mut unchanged = false;
        for index in 0..own {
            match value_of(index) {
                Value::Text(text) => bytes += text.len(),
                Value::Unchanged => unchanged = true,
                Value::Null => {}
            }
        }
        self.unchanged.clear();
        if unchanged {
            let fields = self.plan.schema.fields[..own].iter().enumerate();
            let names: Vec<&str> = fields
                .filter(|(index, _)| value_of(*index) == Value::Unchanged)
                .map(|(_, field)| field.name.as_str())
                .collect();
            self.unchanged = serde_json::Value::from(names).to_string();
        }
        if bytes > self.max_row_bytes {
            return Err(fault::too_large(self.plan, self.number.unsigned_abs() + 1, bytes as u64, self.max_row_bytes as u64));
        }
        self.number += 1;
        self.has_unmarked = true;
        if !self.batch.has_room(bytes + self.unchanged.len() + operation.name().len() + self.lsn.len()) {
            self.emit()?;
        }
        let (table, told) = self.batch.columns_mut().split_at_mut(own);
        for (index, column) in table.iter_mut().enumerate() {
            let value = value_of(index);
            if let (true, Value::Text(text)) = (self.is_inet[index], value) {
                put_inet(text, column);
            } else if let Err(fault) = put_value(self.plan, index, value, column) {
                return Err(wrong_value(self.plan, index, &self.lsn, &fault));
            }
        }
        if let [op, lsn, committed_at, number, names] = told {
            op.push_bytes(operation.name().as_bytes());
            lsn.push_bytes(self.lsn.as_bytes());
            committed_at.push_i64(self.micros);
            number.push_i64(self.number);
            match unchanged {
                true => names.push_bytes(self.unchanged.as_bytes()),
                false => names.push_null(),
            }
        }
        self.batch.end_row();
        Ok(())
    }

    /// Sends the rows gathered so far.
    #[cold]
    fn emit(&mut self) -> Result<()> {
        let rows = self.batch.rows() as u64;
        self.batch.write_ipc(&mut self.ipc)?;
        self.out.batch(&self.ipc, rows)?;
        let bytes = self.ipc.len() as u64;
        host::metric("records_read", MetricValue::Counter(rows));
        host::metric("bytes_read", MetricValue::Counter(bytes));
        self.pace.count(bytes, rows);
        self.batch.clear();
        Ok(())
    }

    /// A transaction has ended: the only moment for a barrier (I23). Tells whether one was placed.
    pub fn end_transaction(&mut self, place: impl FnOnce() -> String) -> Result<bool> {
        let is_due = self.pace.is_due_with(self.batch.byte_size() as u64, self.batch.rows() as u64);
        if is_due {
            self.mark(place())?;
        }
        Ok(is_due)
    }

    /// All that the log has so far was taken, up to a place that may be new even though no row came.
    pub fn end_window(&mut self, is_new: bool, place: impl FnOnce() -> String) -> Result<()> {
        if self.has_unmarked || (is_new && self.marked_at.elapsed() >= IDLE_MARK) {
            self.mark(place())?;
        }
        // What comes next may wait from then on.
        self.pace.restart();
        Ok(())
    }

    fn mark(&mut self, place: String) -> Result<()> {
        if !self.batch.is_empty() {
            self.emit()?;
        }
        self.out.barrier(&place)?;
        self.pace.restart();
        self.has_unmarked = false;
        self.marked_at = Instant::now();
        Ok(())
    }

    /// Ends the read: at least one batch was emitted, if only with the schema (I2).
    pub fn finish(mut self, place: String) -> Result<()> {
        if !self.batch.is_empty() || self.out.batches() == 0 {
            self.emit()?;
        }
        self.out.end_at(place);
        Ok(())
    }
}

/// With its mask, as a cast to text prints it.
fn put_inet(text: &[u8], column: &mut Column) {
    column.extend_value(text);
    if !text.contains(&b'/') {
        column.extend_value(if text.contains(&b':') { b"/128" } else { b"/32" });
    }
    column.end_value();
}

fn put_value(plan: &Plan, index: usize, value: Value<'_>, column: &mut Column) -> Result<(), crate::columns::Fault> {
    match value {
        Value::Text(text) => value::push(plan.decoders[index], text, column),
        Value::Null | Value::Unchanged => {
            column.push_null();
            Ok(())
        }
    }
}

fn wrong_value(plan: &Plan, index: usize, lsn: &str, fault: &crate::columns::Fault) -> ConnectorError {
    let field = &plan.schema.fields[index];
    let native = field.native_type().unwrap_or_default();
    let message = format!(
        "table {}, column {}: a change that was committed at {lsn} has a value that does not fit {native} in Arrow \
         ({fault:?}), or the column's type was changed since; leave the column out with `columns`, or copy the table again \
         after: rapidbyte state reset --stream",
        plan.table, field.name
    );
    ConnectorError::data("pg.cdc-value", message).scope(ErrorScope::PerRecord)
}
