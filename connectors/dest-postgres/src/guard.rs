//! Leaving bad rows out instead of failing (I19, I20).
//!
//! A failed statement spoils a transaction back to its last savepoint, and one bad row fails its whole COPY.
//! So rows go in chunks, each behind a savepoint, and the batches of a chunk are kept until the server
//! has taken them. Of what fails the rows before the bad one go next, then that one alone; where the server
//! does not name it, half of them.

use std::ops::Range;

use rapidbyte_sdk::arrow::{BatchView, DataType, Reader, Schema, SchemaCache};
use rapidbyte_sdk::host::phases;
use rapidbyte_sdk::types::{DataErrorPolicy, ErrorCategory, RejectedRecord};
use rapidbyte_sdk::{host, ConnectorError, Result, StreamContext};

use crate::catalog::Table;
use crate::config::LoadMethod;
use crate::connector::Session;
use crate::encode::put_text;
use crate::feed::bad_batch;
use crate::prepare::Loading;
use crate::sink::Refused;
use crate::upsert::Merge;
use crate::{errors, sink};

/// Rows behind one savepoint take about so many bytes. What fails is copied again, so few make bad rows
/// cheap, and many make savepoints rare, each of which is a wait for the server.
const CHUNK_BYTES: usize = 2 << 20;

/// What stands between the rows that were written and those that are tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Savepoint {
    Missing,
    /// Nothing was written behind it.
    Fresh,
    /// What was written behind it stays.
    Passed,
}

/// Where rows go, and what becomes of bad ones.
pub(crate) struct Guard<'a> {
    session: &'a mut Session,
    pub(crate) loading: &'a Loading,
    merge: Option<&'a Merge>,
    pub(crate) schema: &'a Schema,
    method: LoadMethod,
    ctx: &'a StreamContext,
    /// Rows of the stream that went before, for messages.
    rows_before: u64,
    savepoint: Savepoint,
    /// Rows written and rejected.
    pub(crate) rows: u64,
    pub(crate) rejected: u64,
}

/// Batches of one schema, and their rows counted through.
#[derive(Default)]
pub(crate) struct Chunk {
    batches: Vec<Vec<u8>>,
    rows: usize,
    bytes: usize,
    schemas: SchemaCache,
}

impl Chunk {
    pub(crate) fn push(&mut self, ipc: Vec<u8>, rows: usize) {
        self.rows += rows;
        self.bytes += ipc.len();
        self.batches.push(ipc);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= CHUNK_BYTES
    }

    /// Shows the batches that hold rows of `range`, with which of theirs.
    fn visit<E: From<ConnectorError>>(
        &mut self,
        table: &Table,
        range: &Range<usize>,
        mut look: impl FnMut(&BatchView<'_>, Range<usize>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut first = 0;
        for ipc in &self.batches {
            let mut reader = Reader::cached(ipc, &mut self.schemas).map_err(|e| bad_batch(table, &e))?;
            while let Some(batch) = reader.next_batch().map_err(|e| bad_batch(table, &e))? {
                let end = first + batch.rows();
                let (from, to) = (range.start.max(first), range.end.min(end));
                if from < to {
                    look(&batch, from - first..to - first)?;
                }
                first = end;
            }
        }
        Ok(())
    }
}

impl<'a> Guard<'a> {
    pub(crate) fn new(
        session: &'a mut Session,
        loading: &'a Loading,
        merge: Option<&'a Merge>,
        schema: &'a Schema,
        method: LoadMethod,
        ctx: &'a StreamContext,
        rows_before: u64,
    ) -> Guard<'a> {
        Guard {
            session,
            loading,
            merge,
            schema,
            method,
            ctx,
            rows_before,
            savepoint: Savepoint::Missing,
            rows: 0,
            rejected: 0,
        }
    }

    /// Writes a chunk but for its bad rows. Large batches are taken in parts.
    ///
    /// A failure makes the next range smaller, and anything else goes on behind it; so it ends, whatever
    /// the server says of bad rows, and takes about one try for each row where all are bad.
    pub(crate) fn put(&mut self, mut chunk: Chunk) -> Result<()> {
        let parts = chunk.bytes.div_ceil(CHUNK_BYTES).max(1);
        let most = chunk.rows.div_ceil(parts).max(1);
        let (mut first, mut step, mut suspect) = (0, most, None);
        while first < chunk.rows {
            let end = match suspect {
                Some(row) if row == first => first + 1,
                Some(row) => row,
                None => first + step,
            };
            let range = first..end.min(chunk.rows);
            match self.attempt(&mut chunk, &range) {
                Ok(()) => {
                    self.rows += range.len() as u64;
                    step = (2 * range.len()).min(most);
                }
                Err(refused) if refused.error.category != ErrorCategory::Data => return Err(refused.error),
                Err(refused) if range.len() == 1 => self.reject(&mut chunk, range.clone(), refused.error)?,
                Err(refused) => {
                    suspect = refused.good_rows.map(|good| first + good).filter(|row| range.contains(row));
                    step = suspect.map_or(range.len() / 2, |row| row - first).max(1);
                    continue;
                }
            }
            first = range.end;
            suspect = suspect.filter(|row| *row >= first);
        }
        Ok(())
    }

    /// Writes all of the rows or none.
    fn attempt(&mut self, chunk: &mut Chunk, range: &Range<usize>) -> Result<(), Refused> {
        match self.savepoint {
            Savepoint::Missing => self.execute("SAVEPOINT rb_rows")?,
            Savepoint::Passed => self.execute("RELEASE rb_rows; SAVEPOINT rb_rows")?,
            Savepoint::Fresh => {}
        }
        let written = self.write(chunk, range);
        self.savepoint = match &written {
            Err(refused) if refused.error.category == ErrorCategory::Data => {
                self.execute("ROLLBACK TO rb_rows")?;
                Savepoint::Fresh
            }
            _ => Savepoint::Passed,
        };
        written
    }

    fn execute(&mut self, sql: &str) -> Result<()> {
        let doing = format!("loading {}", self.loading.target);
        self.session.execute(sql).map(drop).map_err(|e| errors::before_commit(&doing, e))
    }

    fn write(&mut self, chunk: &mut Chunk, range: &Range<usize>) -> Result<(), Refused> {
        let Guard { session, loading, schema, method, .. } = self;
        let rows_before = self.rows_before + self.rows + self.rejected;
        let mut sink = sink::open(session, loading, schema, *method, rows_before)?;
        host::phase(phases::COPY);
        if let Err(refused) = chunk.visit(&loading.target, range, |batch, rows| sink.rows(batch, rows)) {
            sink.abort("a row is bad");
            return Err(refused);
        }
        host::phase(phases::FLUSH);
        sink.finish()?;
        host::phase(phases::QUERY);
        match self.merge {
            None => Ok(()),
            Some(merge) => Ok(merge.run(self.session).and_then(|()| merge.empty(self.session))?),
        }
    }

    /// The row goes to the host before the barrier behind it is prepared, with all others.
    fn reject(&mut self, chunk: &mut Chunk, row: Range<usize>, error: ConnectorError) -> Result<()> {
        self.rejected += 1;
        if self.ctx.policies.on_data_error == DataErrorPolicy::Skip {
            return Ok(());
        }
        let mut json = String::new();
        let schema = self.schema;
        chunk.visit(&self.loading.target, &row, |batch, rows| -> Result<()> {
            json = row_as_json(schema, batch, rows.start);
            Ok(())
        })?;
        host::reject(RejectedRecord {
            stream_name: self.ctx.name.clone(),
            row: json,
            category: error.category,
            code: error.code,
            message: error.message,
        })
        .map_err(|e| e.commit_state(rapidbyte_sdk::types::CommitState::BeforeCommit))
    }
}

/// Every value as a JSON string that PostgreSQL reads back as that very value; NULL as null.
fn row_as_json(schema: &Schema, batch: &BatchView<'_>, row: usize) -> String {
    let mut object = serde_json::Map::new();
    let mut text = Vec::new();
    for (field, view) in schema.fields.iter().zip(batch.columns()) {
        let value = if view.is_null(row) {
            serde_json::Value::Null
        } else {
            text.clear();
            match &field.data_type {
                DataType::Decimal128 { scale, .. } => put_plain(view.i128(row), *scale, &mut text),
                data_type => put_text(data_type, view, row, &mut text),
            }
            serde_json::Value::String(printable(&text))
        };
        object.insert(field.name.clone(), value);
    }
    serde_json::Value::Object(object).to_string()
}

/// JSON has no other strings than Unicode's; text that is none is shown by its bytes.
fn printable(text: &[u8]) -> String {
    std::str::from_utf8(text)
        .map_or_else(|_| text.iter().fold("\\x".to_owned(), |hex, byte| format!("{hex}{byte:02x}")), str::to_owned)
}

fn put_plain(unscaled: i128, scale: i8, out: &mut Vec<u8>) {
    let Ok(scale @ 1..) = usize::try_from(scale) else {
        let zeros = usize::from(scale.unsigned_abs());
        let zeros = if unscaled == 0 { 0 } else { zeros };
        out.extend_from_slice(unscaled.to_string().as_bytes());
        out.resize(out.len() + zeros, b'0');
        return;
    };
    let digits = format!("{:0>1$}", unscaled.unsigned_abs(), scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    out.extend_from_slice(format!("{sign}{whole}.{fraction}").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_printed_plainly() {
        for (unscaled, scale, printed) in
            [(12345, 2, "123.45"), (-5, 3, "-0.005"), (0, 2, "0.00"), (7, 0, "7"), (-7, -2, "-700"), (0, -2, "0")]
        {
            let mut out = Vec::new();
            put_plain(unscaled, scale, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), printed);
        }
    }
}
