//! From the host's batches to the server, up to the next barrier.

use std::rc::Rc;

use rapidbyte_pg::tuples;
use rapidbyte_sdk::arrow::{ArrowError, Reader, Schema, SchemaCache};
use rapidbyte_sdk::host::{self, phases};
use rapidbyte_sdk::types::{Barrier, CommitState};
use rapidbyte_sdk::{ConnectorError, Inbound, Inbox, Result};

use crate::catalog::Table;
use crate::config::LoadMethod;
use crate::connector::Session;
use crate::errors;
use crate::guard::{Chunk, Guard};
use crate::prepare::Loading;
use crate::sink;

/// After so many bytes the server is asked whether it has taken the rows, so that a bad row does
/// not come to light only at the end of a long load. A question costs one round trip.
const BYTES_BETWEEN_CHECKS: usize = 128 << 20;

/// What comes next.
pub(crate) enum Next {
    Batch(Vec<u8>),
    Barrier(Barrier),
    End,
}

pub(crate) fn next(input: &mut Inbox) -> Result<Next> {
    let inbound = input.next().map_err(|error| error.commit_state(CommitState::BeforeCommit))?;
    Ok(match inbound {
        Some(Inbound::Batch(ipc)) => Next::Batch(ipc),
        Some(Inbound::Barrier(barrier)) => Next::Barrier(barrier),
        None => Next::End,
    })
}

/// Batches of one schema, or of tuples with the same columns.
struct Batches<'a> {
    table: &'a Table,
    schema: &'a Schema,
    cache: SchemaCache,
    /// What the last schema was found to be.
    known: (Rc<Schema>, Rows),
}

/// What the rows of a batch are.
#[derive(Clone, Copy)]
enum Rows {
    Columns,
    Tuples,
}

impl<'a> Batches<'a> {
    fn new(table: &'a Table, schema: &'a Schema) -> Batches<'a> {
        Batches { table, schema, cache: SchemaCache::default(), known: (Rc::default(), Rows::Columns) }
    }

    /// None for a batch of another schema.
    fn open<'b>(&mut self, ipc: &'b [u8]) -> Result<Option<(Reader<'b>, Rows)>> {
        let reader = Reader::cached(ipc, &mut self.cache).map_err(|e| bad_batch(self.table, &e))?;
        let schema = reader.shared_schema();
        if !Rc::ptr_eq(&schema, &self.known.0) {
            let rows = if tuples::is_form_of(&schema) { Rows::Tuples } else { Rows::Columns };
            if matches!(rows, Rows::Columns) && *schema != *self.schema {
                return Ok(None);
            }
            self.known = (schema, rows);
        }
        Ok(Some((reader, self.known.1)))
    }
}

/// Loads batches up to a barrier, the end, or a batch of another schema; gives what comes then (I22: what
/// came before has been taken by the server), and adds to `rows`. `rows_before` rows of the stream went before.
pub(crate) fn feed(
    session: &mut Session,
    loading: &Loading,
    schema: &Schema,
    method: LoadMethod,
    input: &mut Inbox,
    first: Vec<u8>,
    rows_before: u64,
) -> Result<(Next, u64)> {
    let mut batches = Batches::new(&loading.target, schema);
    let mut following = Next::Batch(first);
    let mut rows = 0;
    loop {
        let mut sink = sink::open(session, loading, schema, method, rows_before + rows)?;
        let takes_tuples = method == LoadMethod::Copy && loading.plan.takes_tuples(schema);
        if takes_tuples {
            host::accept_form(tuples::FORM)?;
        }
        host::phase(phases::COPY);
        let mut done = true;
        while let Next::Batch(ipc) = following {
            let Some((mut reader, rows)) = batches.open(&ipc)? else {
                following = Next::Batch(ipc);
                break;
            };
            match rows {
                Rows::Columns => put_rows(sink.as_mut(), &mut reader, loading)?,
                Rows::Tuples if takes_tuples => put_tuples(sink.as_mut(), &mut reader, loading)?,
                Rows::Tuples => return Err(not_accepted(&loading.target)),
            }
            // Its memory goes before the next one comes.
            drop(ipc);
            following = match next(input) {
                Ok(following) => following,
                Err(error) => {
                    sink.abort("the source failed or the run was cancelled");
                    return Err(error);
                }
            };
            if sink.sent_bytes() > BYTES_BETWEEN_CHECKS {
                done = false;
                break;
            }
        }
        host::phase(phases::FLUSH);
        rows += sink.finish()?;
        host::phase(phases::QUERY);
        if done || !matches!(following, Next::Batch(_)) {
            return Ok((following, rows));
        }
    }
}

/// As [`feed`], but leaves bad rows out. The guard counts.
pub(crate) fn feed_guarded(guard: &mut Guard<'_>, input: &mut Inbox, first: Vec<u8>) -> Result<Next> {
    let mut batches = Batches::new(&guard.loading.target, guard.schema);
    let mut chunk = Chunk::default();
    let mut following = Next::Batch(first);
    while let Next::Batch(ipc) = following {
        let mut reader = match batches.open(&ipc)? {
            Some((reader, Rows::Columns)) => reader,
            Some((_, Rows::Tuples)) => return Err(not_accepted(&guard.loading.target)),
            None => {
                following = Next::Batch(ipc);
                break;
            }
        };
        let mut rows = 0;
        while let Some(batch) = reader.next_batch().map_err(|e| bad_batch(&guard.loading.target, &e))? {
            rows += batch.rows();
        }
        chunk.push(ipc, rows);
        if chunk.is_full() {
            guard.put(std::mem::take(&mut chunk))?;
        }
        following = next(input)?;
    }
    guard.put(chunk)?;
    Ok(following)
}

fn put_rows(sink: &mut (dyn sink::Sink + '_), reader: &mut Reader<'_>, loading: &Loading) -> Result<()> {
    while let Some(batch) = reader.next_batch().map_err(|e| bad_batch(&loading.target, &e))? {
        sink.rows(&batch, 0..batch.rows())?;
    }
    Ok(())
}

fn put_tuples(sink: &mut (dyn sink::Sink + '_), reader: &mut Reader<'_>, loading: &Loading) -> Result<()> {
    while let Some(batch) = reader.next_batch().map_err(|e| bad_batch(&loading.target, &e))? {
        sink.tuples(batch.columns()[0].joined(), batch.rows())?;
    }
    Ok(())
}

/// Tuples fit the table as it was when they were accepted.
pub(crate) fn not_accepted(table: &Table) -> ConnectorError {
    let message = format!("rows for {table} came as tuples, which the table as it is now cannot take; was it altered during the load?");
    errors::schema("dest.tuples-not-accepted", message)
}

pub(crate) fn schema_of(ipc: &[u8], table: &Table) -> Result<Schema> {
    Reader::new(ipc).map(|reader| reader.schema().clone()).map_err(|e| bad_batch(table, &e))
}

pub(crate) fn bad_batch(table: &Table, error: &ArrowError) -> ConnectorError {
    errors::internal("dest.bad-batch", format!("reading a batch for {table}: {error}"))
}
