//! One stream, frontier by frontier: each in a transaction that ends at its barrier.

use std::rc::Rc;

use rapidbyte_pg::TransactionStatus;
use rapidbyte_sdk::arrow::{Reader, Schema, SchemaCache};
use rapidbyte_sdk::types::{Barrier, CommitState, DataErrorPolicy, WriteMode, WriteSummary};
use rapidbyte_sdk::{ConnectorError, Inbound, Inbox, Result, StreamContext, StreamName};

use crate::catalog::Table;
use crate::config::LoadMethod;
use crate::connector::Session;
use crate::prepare::{self, Loading};
use crate::receipts::Claim;
use crate::replace::Replacing;
use crate::types::KnownTypes;
use crate::{errors, sink, steps};

/// After so many bytes the server is asked whether it has taken the rows, so that a bad row does
/// not come to light only at the end of a long load. A question costs one round trip.
const BYTES_BETWEEN_CHECKS: usize = 128 << 20;

/// The table of a stream.
pub(crate) fn target(schema: &str, ctx: &StreamContext) -> Result<Table> {
    let name = StreamName::parse(&ctx.name)?;
    Ok(Table { schema: schema.to_owned(), name: name.table })
}

/// Writes a stream and commits it barrier by barrier. After an error the session must be closed: that
/// rolls back what lies behind the last barrier.
pub(crate) fn write_stream(
    session: &mut Session,
    schema: &str,
    method: LoadMethod,
    ctx: &StreamContext,
    input: &mut Inbox,
) -> Result<WriteSummary> {
    refuse_unsupported(ctx)?;
    let target = target(schema, ctx)?;
    let claim = Claim::take(session, schema, ctx)?;
    if claim.receipt().complete {
        let message = format!("the load {} of {target} is complete, so there is nothing to write", ctx.run.load_id);
        return Err(errors::internal("dest.load-complete", message));
    }
    let way = match ctx.write_mode {
        WriteMode::Append => Way::Append,
        _ => Way::Replace(Replacing::start(session, &target, &claim, ctx)?),
    };
    let mut load = Load { session, target, method, ctx, claim, way, types: None, frontier_rows: 0, rows: 0 };
    load.run(input)?;
    let rows = load.rows;
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

/// A stream on its way into its table.
struct Load<'a> {
    session: &'a mut Session,
    target: Table,
    method: LoadMethod,
    ctx: &'a StreamContext,
    claim: Claim,
    way: Way,
    /// The types of the last schema.
    types: Option<(Schema, KnownTypes)>,
    /// Rows of the open transaction.
    frontier_rows: u64,
    /// Rows of this call that are durable.
    rows: u64,
}

enum Way {
    Append,
    Replace(Replacing),
}

/// What comes next.
enum Next {
    Batch(Vec<u8>),
    Barrier(Barrier),
    End,
}

fn next(input: &mut Inbox) -> Result<Next> {
    let inbound = input.next().map_err(|error| error.commit_state(CommitState::BeforeCommit))?;
    Ok(match inbound {
        Some(Inbound::Batch(ipc)) => Next::Batch(ipc),
        Some(Inbound::Barrier(barrier)) => Next::Barrier(barrier),
        None => Next::End,
    })
}

impl Load<'_> {
    fn run(&mut self, input: &mut Inbox) -> Result<()> {
        let mut following = next(input)?;
        loop {
            following = match following {
                Next::Batch(ipc) => self.take(input, ipc)?,
                Next::Barrier(barrier) => {
                    self.commit(input, &barrier)?;
                    if barrier.last {
                        return self.end(input);
                    }
                    next(input)?
                }
                Next::End => return Err(self.unfinished()),
            }
        }
    }

    /// Only a barrier makes rows durable, and all of them lie before one.
    fn unfinished(&self) -> ConnectorError {
        if self.types.is_none() {
            return no_schema(&self.target);
        }
        let message = format!("the stream for {} ended without its last barrier", self.target);
        errors::internal("dest.no-last-barrier", message)
    }

    fn end(&self, input: &mut Inbox) -> Result<()> {
        match input.next().map_err(errors::after_commit)? {
            None => Ok(()),
            Some(_) => {
                let message = format!("the stream for {} went on behind its last barrier", self.target);
                Err(errors::after_commit(ConnectorError::internal("dest.more-after-last-barrier", message)))
            }
        }
    }

    /// Takes batches up to a barrier or another schema.
    fn take(&mut self, input: &mut Inbox, first: Vec<u8>) -> Result<Next> {
        let schema = schema_of(&first, &self.target)?;
        if self.types.as_ref().is_none_or(|(known, _)| *known != schema) {
            let types = prepare::types_of(self.session, &self.target, &schema)?;
            self.types = Some((schema, types));
        }
        let (schema, types) = self.types.as_ref().expect("was set above");
        let (session, target, ctx) = (&mut *self.session, &self.target, self.ctx);
        let loading = match &mut self.way {
            Way::Append => {
                let loading = prepare::for_append(session, target, schema, types, ctx)?;
                begin(session, target)?;
                loading
            }
            Way::Replace(replacing) => {
                begin(session, target)?;
                replacing.prepare(session, schema, types, ctx)?
            }
        };
        fill(session, &loading, schema, self.method, input, first, self.rows, &mut self.frontier_rows)
    }

    /// Makes durable what lies before the barrier, with its receipt, and only then says so (I6, I8).
    fn commit(&mut self, input: &mut Inbox, barrier: &Barrier) -> Result<()> {
        self.claim.check(barrier)?;
        let (session, target) = (&mut *self.session, &self.target);
        begin(session, target)?;
        steps::reached(steps::ROWS_STAGED);
        let mut shadow = None;
        if let Way::Replace(replacing) = &mut self.way {
            if barrier.last {
                replacing.build_indexes(session)?;
            } else {
                shadow = Some(replacing.shadow().clone());
            }
        }
        input.prepare(barrier).map_err(|error| error.commit_state(CommitState::BeforeCommit))?;
        steps::reached(steps::PREPARED);
        if let (Way::Replace(replacing), true) = (&self.way, barrier.last) {
            replacing.put_in_place(session)?;
        }
        self.claim.advance(session, barrier, self.frontier_rows, shadow.as_ref())?;
        steps::reached(steps::RECEIPT_WRITTEN);
        commit(session, target)?;
        steps::reached(steps::COMMITTED);
        if let Way::Replace(replacing) = &mut self.way {
            replacing.committed();
        }
        self.rows += std::mem::take(&mut self.frontier_rows);
        input.confirm(barrier).map_err(errors::after_commit)
    }
}

pub(crate) fn no_schema(target: &Table) -> ConnectorError {
    errors::schema(
        "dest.no-schema",
        format!("the stream for {target} ended without a batch, so its columns are unknown"),
    )
}

/// Loads batches up to a barrier, the end, or a batch of another schema; gives what comes then (I22: what
/// came before has been taken by the server). `rows_before` and `rows` rows of the stream went before.
#[allow(clippy::too_many_arguments)]
fn fill(
    session: &mut Session,
    loading: &Loading,
    schema: &Schema,
    method: LoadMethod,
    input: &mut Inbox,
    first: Vec<u8>,
    rows_before: u64,
    rows: &mut u64,
) -> Result<Next> {
    let mut following = Next::Batch(first);
    let mut schemas = SchemaCache::default();
    // The schema that was last found to be equal, by address.
    let mut accepted = Rc::default();
    while let Next::Batch(_) = following {
        let mut sink = sink::open(session, loading, schema, method, rows_before + *rows)?;
        let mut changed = false;
        loop {
            let ipc = match following {
                Next::Batch(ipc) => ipc,
                other => {
                    following = other;
                    break;
                }
            };
            let mut reader = Reader::cached(&ipc, &mut schemas).map_err(|e| bad_batch(&loading.table, &e))?;
            if !Rc::ptr_eq(&reader.shared_schema(), &accepted) {
                if reader.schema() != schema {
                    (following, changed) = (Next::Batch(ipc), true);
                    break;
                }
                accepted = reader.shared_schema();
            }
            put_rows(sink.as_mut(), &mut reader, loading)?;
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
                break;
            }
        }
        *rows += sink.finish()?;
        if changed {
            break;
        }
    }
    Ok(following)
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

/// Where no transaction is open.
fn begin(session: &mut Session, target: &Table) -> Result<()> {
    if session.transaction_status() == TransactionStatus::InTransaction {
        return Ok(());
    }
    session.execute("BEGIN").map(drop).map_err(|e| errors::before_commit(&format!("starting to write {target}"), e))
}

/// The server answers a COMMIT of a failed transaction with a rollback and no error, but every
/// failure before this has ended the stream.
fn commit(session: &mut Session, target: &Table) -> Result<()> {
    session.execute("COMMIT").map(drop).map_err(|e| errors::during_commit(&format!("committing {target}"), e))
}
