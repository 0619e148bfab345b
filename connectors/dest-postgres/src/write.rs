//! One stream from its first batch to COMMIT.

use std::rc::Rc;

use rapidbyte_sdk::arrow::{Reader, Schema, SchemaCache};
use rapidbyte_sdk::types::{Barrier, CommitState, DataErrorPolicy, WriteMode, WriteSummary};
use rapidbyte_sdk::{ConnectorError, Inbound, Inbox, Result, StreamContext, StreamName};

use crate::catalog::Table;
use crate::config::LoadMethod;
use crate::connector::Session;
use crate::prepare::{self, Loading};
use crate::replace::Replacing;
use crate::{errors, sink};

/// After so many bytes the server is asked whether it has taken the rows, so that a bad row does
/// not come to light only at the end of a long load. A question costs one round trip.
const BYTES_BETWEEN_CHECKS: usize = 128 << 20;

/// The table of a stream.
pub(crate) fn target(schema: &str, ctx: &StreamContext) -> Result<Table> {
    let name = StreamName::parse(&ctx.name)?;
    Ok(Table { schema: schema.to_owned(), name: name.table })
}

/// Writes a stream and commits it. After an error the session must be closed: that rolls back.
pub(crate) fn write_stream(
    session: &mut Session,
    schema: &str,
    method: LoadMethod,
    ctx: &StreamContext,
    input: &mut Inbox,
) -> Result<WriteSummary> {
    refuse_unsupported(ctx)?;
    let target = target(schema, ctx)?;
    let mut stream = Stream { input, barriers: Vec::new() };
    let first = stream.next()?.ok_or_else(|| {
        errors::schema(
            "dest.no-schema",
            format!("the stream for {target} ended without a batch, so its columns are unknown"),
        )
    })?;
    let rows = match ctx.write_mode {
        WriteMode::Append => append(session, &target, method, ctx, &mut stream, first)?,
        _ => replace(session, &target, method, ctx, &mut stream, first)?,
    };
    // Durable first, acknowledged second (I6).
    for barrier in std::mem::take(&mut stream.barriers) {
        stream
            .input
            .confirm(&barrier)
            .map_err(|e| e.commit_state(CommitState::AfterCommitConfirmed).unsafe_to_retry())?;
    }
    Ok(input.summary(rows, 0))
}

fn refuse_unsupported(ctx: &StreamContext) -> Result<()> {
    if ctx.write_mode == WriteMode::Upsert {
        return Err(ConnectorError::config(
            "dest.upsert-not-supported",
            "not supported yet: write_mode upsert; use append or replace",
        ));
    }
    if ctx.policies.on_data_error != DataErrorPolicy::Fail {
        return Err(ConnectorError::config(
            "dest.data-error-policy-not-supported",
            "not supported yet: on_data_error skip and dlq; use fail",
        ));
    }
    Ok(())
}

/// Batches in order; barriers wait for the commit.
struct Stream<'a> {
    input: &'a mut Inbox,
    barriers: Vec<Barrier>,
}

impl Stream<'_> {
    fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            match self.input.next()? {
                None => return Ok(None),
                Some(Inbound::Batch(ipc)) => return Ok(Some(ipc)),
                Some(Inbound::Barrier(barrier)) => self.barriers.push(barrier),
            }
        }
    }
}

fn append(
    session: &mut Session,
    target: &Table,
    method: LoadMethod,
    ctx: &StreamContext,
    stream: &mut Stream<'_>,
    first: Vec<u8>,
) -> Result<u64> {
    let mut rows = 0;
    let mut pending = Some(first);
    let mut loading_transaction = false;
    while let Some(ipc) = pending {
        let schema = schema_of(&ipc, target)?;
        let known = prepare::types_of(session, target, &schema)?;
        // The first definition is settled in a transaction of its own, so that no lock on it is
        // held while rows arrive; a later one belongs to the load.
        if !loading_transaction {
            begin(session, target)?;
        }
        let loading = prepare::for_append(session, target, &schema, &known, ctx)?;
        if !loading_transaction {
            commit(session, target)?;
            begin(session, target)?;
            loading_transaction = true;
        }
        pending = load(session, &loading, &schema, method, stream, ipc, &mut rows)?;
    }
    commit(session, target)?;
    Ok(rows)
}

fn replace(
    session: &mut Session,
    target: &Table,
    method: LoadMethod,
    ctx: &StreamContext,
    stream: &mut Stream<'_>,
    first: Vec<u8>,
) -> Result<u64> {
    let mut rows = 0;
    let schema = schema_of(&first, target)?;
    let known = prepare::types_of(session, target, &schema)?;
    begin(session, target)?;
    let (mut replacing, mut loading) = Replacing::start(session, target, &schema, &known, ctx)?;
    let mut pending = load(session, &loading, &schema, method, stream, first, &mut rows)?;
    while let Some(ipc) = pending {
        let schema = schema_of(&ipc, target)?;
        let known = prepare::types_of(session, target, &schema)?;
        loading.plan = replacing.follow(session, &loading.table, &schema, &known, ctx)?;
        pending = load(session, &loading, &schema, method, stream, ipc, &mut rows)?;
    }
    replacing.finish(session, &loading)?;
    commit(session, target)?;
    Ok(rows)
}

/// Loads batches until the stream ends or its schema changes; then gives the first batch of the
/// new schema (I22: what came before has been taken by the server).
fn load(
    session: &mut Session,
    loading: &Loading,
    schema: &Schema,
    method: LoadMethod,
    stream: &mut Stream<'_>,
    first: Vec<u8>,
    rows: &mut u64,
) -> Result<Option<Vec<u8>>> {
    let mut next = Some(first);
    let mut schemas = SchemaCache::default();
    // The schema that was last found to be equal, by address.
    let mut accepted = Rc::default();
    while let Some(ipc) = next.take() {
        let mut sink = sink::open(session, loading, schema, method, *rows)?;
        let mut pending = Some(ipc);
        let mut changed = false;
        while let Some(ipc) = pending.take() {
            let mut reader = Reader::cached(&ipc, &mut schemas).map_err(|e| bad_batch(&loading.table, &e))?;
            if !Rc::ptr_eq(&reader.shared_schema(), &accepted) {
                if reader.schema() != schema {
                    (pending, changed) = (Some(ipc), true);
                    break;
                }
                accepted = reader.shared_schema();
            }
            put_rows(sink.as_mut(), &mut reader, loading)?;
            drop(ipc);
            pending = match stream.next() {
                Ok(following) => following,
                Err(error) => {
                    sink.abort("the source failed or the run was cancelled");
                    return Err(error.commit_state(CommitState::BeforeCommit));
                }
            };
            if sink.sent_bytes() > BYTES_BETWEEN_CHECKS {
                break;
            }
        }
        *rows += sink.finish()?;
        if changed {
            return Ok(pending);
        }
        next = pending;
    }
    Ok(None)
}

fn put_rows(sink: &mut (dyn sink::Sink + '_), reader: &mut Reader<'_>, loading: &Loading) -> Result<()> {
    while let Some(batch) = reader.next_batch().map_err(|e| bad_batch(&loading.table, &e))? {
        sink.rows(&batch)?;
    }
    Ok(())
}

fn schema_of(ipc: &[u8], table: &Table) -> Result<Schema> {
    Reader::new(ipc).map(|reader| reader.schema().clone()).map_err(|e| bad_batch(table, &e))
}

fn bad_batch(table: &Table, error: &rapidbyte_sdk::arrow::ArrowError) -> ConnectorError {
    ConnectorError::internal("dest.bad-batch", format!("reading a batch for {table}: {error}"))
        .commit_state(CommitState::BeforeCommit)
}

fn begin(session: &mut Session, target: &Table) -> Result<()> {
    session.execute("BEGIN").map(drop).map_err(|e| errors::before_commit(&format!("starting to write {target}"), e))
}

/// The server answers a COMMIT of a failed transaction with a rollback and no error, but every
/// failure before this has ended the stream.
fn commit(session: &mut Session, target: &Table) -> Result<()> {
    session.execute("COMMIT").map(drop).map_err(|e| errors::during_commit(&format!("committing {target}"), e))
}
