//! One stream, frontier by frontier: each in a transaction that ends at its barrier.

use rapidbyte_pg::{tuples, TransactionStatus};
use rapidbyte_sdk::arrow::Schema;
use rapidbyte_sdk::host::{self, phases};
use rapidbyte_sdk::types::{Barrier, CommitState, DataErrorPolicy, WriteMode, WriteSummary};
use rapidbyte_sdk::{ConnectorError, Inbox, Result, StreamContext, StreamName};

use crate::catalog::Table;
use crate::config::{Config, Deletes, LoadMethod};
use crate::connector::Session;
use crate::feed::{self, feed, feed_guarded, next, Next};
use crate::guard::Guard;
use crate::locks::{self, Writers};
use crate::prepare;
use crate::receipts::Claim;
use crate::replace::Replacing;
use crate::types::KnownTypes;
use crate::upsert::{self, Merge};
use crate::{errors, steps};

/// The table of a stream.
pub(crate) fn target(schema: &str, ctx: &StreamContext) -> Result<Table> {
    let name = StreamName::parse(&ctx.name)?;
    Ok(Table { schema: schema.to_owned(), name: name.table })
}

/// Writes a stream and commits it barrier by barrier. After an error the session must be closed: that
/// rolls back what lies behind the last barrier.
pub(crate) fn write_stream(
    session: &mut Session,
    config: &Config,
    ctx: &StreamContext,
    input: &mut Inbox,
) -> Result<WriteSummary> {
    let schema = &config.schema;
    let target = target(schema, ctx)?;
    let claim = Claim::take(session, schema, ctx)?;
    if claim.receipt().complete {
        let message = format!("the load {} of {target} is complete, so there is nothing to write", ctx.run.load_id);
        return Err(errors::internal("dest.load-complete", message));
    }
    let way = match ctx.write_mode {
        WriteMode::Append => Way::Append,
        WriteMode::Upsert => Way::Upsert,
        WriteMode::Replace => Way::Replace(Replacing::start(session, &target, &claim, ctx)?),
    };
    let mut load = Load {
        session,
        target,
        method: config.load_method,
        deletes: config.deletes,
        ctx,
        claim,
        way,
        types: None,
        changes: Vec::new(),
        open: Counts::default(),
        durable: Counts::default(),
    };
    if let Err(error) = load.run(input) {
        return Err(locks::explain(load.session, &load.target, ctx, error));
    }
    let Counts { rows, rejected } = load.durable;
    Ok(input.summary(rows, rejected))
}

/// A stream on its way into its table.
struct Load<'a> {
    session: &'a mut Session,
    target: Table,
    method: LoadMethod,
    deletes: Deletes,
    ctx: &'a StreamContext,
    claim: Claim,
    way: Way,
    /// The types of the last schema.
    types: Option<(Schema, KnownTypes)>,
    /// Statements that the open transaction has altered the table with.
    changes: Vec<String>,
    /// Of the open transaction.
    open: Counts,
    /// Of this call.
    durable: Counts,
}

enum Way {
    Append,
    Replace(Replacing),
    Upsert,
}

#[derive(Default)]
struct Counts {
    rows: u64,
    rejected: u64,
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
        let schema = feed::schema_of(&first, &self.target)?;
        // Tuples have the columns of the last schema.
        if !tuples::is_form_of(&schema) && self.types.as_ref().is_none_or(|(known, _)| *known != schema) {
            let types = prepare::types_of(self.session, &self.target, &schema)?;
            self.types = Some((schema, types));
        }
        let Some((schema, types)) = &self.types else { return Err(feed::not_accepted(&self.target)) };
        let (session, target, ctx, method) = (&mut *self.session, &self.target, self.ctx, self.method);
        let mut merge = None;
        let mut loading = match &mut self.way {
            Way::Append => {
                let loading = prepare::for_append(session, target, schema, types, ctx)?;
                begin(session, target, ctx)?;
                loading
            }
            Way::Replace(replacing) => {
                begin(session, target, ctx)?;
                replacing.prepare(session, schema, types, ctx)?
            }
            Way::Upsert => {
                let mut loading = upsert::prepare(session, target, schema, types, self.deletes, ctx)?;
                begin(session, target, ctx)?;
                merge = Some(Merge::stage(session, &mut loading, schema, method, self.deletes, ctx)?);
                loading
            }
        };
        self.changes.append(&mut loading.changes);
        let rows_before = self.durable.rows + self.durable.rejected + self.open.rows + self.open.rejected;
        let (following, rows, rejected) = if is_guarded(ctx) {
            let merge = merge.as_ref();
            let mut guard = Guard::new(session, &loading, merge, schema, method, ctx, rows_before);
            let following = feed_guarded(&mut guard, input, first)?;
            (following, guard.rows, guard.rejected)
        } else {
            let (following, rows) = feed(session, &loading, schema, method, input, first, rows_before)?;
            if let Some(merge) = &merge {
                merge.run(session)?;
            }
            (following, rows, 0)
        };
        if let Some(merge) = &merge {
            merge.end(session)?;
        }
        self.open.rows += rows;
        self.open.rejected += rejected;
        Ok(following)
    }

    /// Makes durable what lies before the barrier, with its receipt, and only then says so (I6, I8).
    fn commit(&mut self, input: &mut Inbox, barrier: &Barrier) -> Result<()> {
        self.claim.check(barrier)?;
        let (session, target) = (&mut *self.session, &self.target);
        begin(session, target, self.ctx)?;
        steps::reached(steps::ROWS_STAGED);
        let mut shadow = None;
        if let Way::Replace(replacing) = &mut self.way {
            if barrier.last {
                host::phase(phases::INDEX);
                replacing.build_indexes(session)?;
                host::phase(phases::QUERY);
            } else {
                shadow = Some(replacing.shadow().clone());
            }
        }
        input.prepare(barrier).map_err(|error| error.commit_state(CommitState::BeforeCommit))?;
        steps::reached(steps::PREPARED);
        if let (Way::Replace(replacing), true) = (&self.way, barrier.last) {
            self.changes.extend(replacing.put_in_place(session)?);
        }
        self.claim.advance(session, barrier, self.open.rows, shadow.as_ref())?;
        steps::reached(steps::RECEIPT_WRITTEN);
        host::phase(phases::COMMIT);
        commit(session, target)?;
        host::phase(phases::QUERY);
        steps::reached(steps::COMMITTED);
        if let Way::Replace(replacing) = &mut self.way {
            replacing.committed();
        }
        let Counts { rows, rejected } = std::mem::take(&mut self.open);
        self.durable.rows += rows;
        self.durable.rejected += rejected;
        for change in self.changes.drain(..) {
            host::schema_changed(&change).map_err(errors::after_commit)?;
        }
        input.confirm(barrier).map_err(errors::after_commit)
    }
}

pub(crate) fn no_schema(target: &Table) -> ConnectorError {
    errors::schema(
        "dest.no-schema",
        format!("the stream for {target} ended without a batch, so its columns are unknown"),
    )
}

/// Whether bad rows are to be left out.
pub(crate) fn is_guarded(ctx: &StreamContext) -> bool {
    ctx.policies.on_data_error != DataErrorPolicy::Fail
}

/// Where no transaction is open. A constraint that waits for COMMIT could not tell a bad row (I19).
fn begin(session: &mut Session, target: &Table, ctx: &StreamContext) -> Result<()> {
    if session.transaction_status() == TransactionStatus::InTransaction {
        return Ok(());
    }
    let begun = Writers::of(&target.schema, ctx).begin(session).and_then(|()| {
        if is_guarded(ctx) {
            session.execute("SET CONSTRAINTS ALL IMMEDIATE")?;
        }
        Ok(())
    });
    begun.map_err(|e| errors::before_commit(&format!("starting to write {target}"), e))
}

/// The server answers a COMMIT of a failed transaction with a rollback and no error, but every
/// failure before this has ended the stream or was rolled back to a savepoint.
fn commit(session: &mut Session, target: &Table) -> Result<()> {
    session.execute("COMMIT").map(drop).map_err(|e| errors::during_commit(&format!("committing {target}"), e))
}
