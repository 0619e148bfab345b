//! What the destination itself records of each stream, in the transactions of its rows: how far the
//! load got, and which run may go on with it (I8).

use rapidbyte_pg::PgError;
use rapidbyte_sdk::names::quote_literal;
use rapidbyte_sdk::types::{Barrier, Receipt, WriteMode};
use rapidbyte_sdk::{ConnectorError, Result, StreamContext};

use crate::catalog::Table;
use crate::connector::Session;
use crate::locks::{self, Writers};
use crate::{ddl, errors, steps};

/// In the schema of the tables that it is about.
const NAME: &str = "_rapidbyte_receipts";

const COLUMNS: &str = "\
    pipeline text, stream text, load_id text NOT NULL, fence text NOT NULL, sequence bigint NOT NULL DEFAULT 0, \
    payload text NOT NULL DEFAULT '', rows bigint NOT NULL DEFAULT 0, complete boolean NOT NULL DEFAULT false, \
    shadow text, updated_at timestamptz NOT NULL DEFAULT now(), state_id text, epoch bigint, attempt bigint, \
    PRIMARY KEY (pipeline, stream)";

/// What tables lack that were made before epochs were kept. Their rows say nothing of an order.
const ADDITIONS: &str = "\
    ADD COLUMN IF NOT EXISTS state_id text, ADD COLUMN IF NOT EXISTS epoch bigint, \
    ADD COLUMN IF NOT EXISTS attempt bigint";

const COMMENT: &str = "How far Rapidbyte has written each stream of each pipeline; committed together with the rows. \
    Without it an interrupted load cannot go on.";

/// Where the receipts of a schema are.
pub(crate) fn table(schema: &str) -> Table {
    Table { schema: schema.to_owned(), name: NAME.to_owned() }
}

/// The right to write a stream, until a later run claims it.
pub(crate) struct Claim {
    table: Table,
    writers: Writers,
    /// Finds the row as long as it is ours.
    ours: String,
    receipt: Receipt,
    /// Where a replacement gathers its rows.
    shadow: Option<String>,
}

impl Claim {
    /// Claims the stream for the run of `ctx`. From here on no earlier run can commit to it: one that
    /// is just committing is waited for, any other will not find the row that it must update. Sessions in which
    /// one still has a transaction open are ended, so that nothing stays locked. A row of another load is taken
    /// over. Claiming twice changes nothing. Fails if a later run has claimed the stream already.
    pub(crate) fn take(session: &mut Session, schema: &str, ctx: &StreamContext) -> Result<Claim> {
        let table = table(schema);
        make(session, &table)?;
        let doing = format!("claiming the stream {} in {table}", ctx.name);
        let failed = |error| explain_refusal(&table, errors::before_commit(&doing, error));
        let writers = Writers::of(schema, ctx);
        let mut claimed = Claim::update(session, &table, writers, ctx);
        if claimed.as_ref().is_err_and(locks::timed_out) {
            // Who has the row for so long stands still right before its COMMIT, and nobody can have claimed since.
            claimed = session.execute("ROLLBACK").and_then(|_| {
                writers.end_others(session)?;
                Claim::update(session, &table, writers, ctx)
            });
        }
        let claimed = claimed.map_err(|error| locks::explain(session, &table, ctx, failed(error)))?;
        let Some(claim) = claimed else {
            let holder = holder(session, &table, ctx).map_err(failed)?;
            return Err(overtaken(&table, ctx, &doing, &holder));
        };
        steps::reached(steps::CLAIMED);
        claim.drop_leftover(session)
    }

    /// None if a later run has the row. Epochs of one state are in the order of its runs; of different
    /// states nobody can tell which is later, so there whoever comes last is (I8).
    fn update(
        session: &mut Session,
        table: &Table,
        writers: Writers,
        ctx: &StreamContext,
    ) -> Result<Option<Claim>, PgError> {
        let run = &ctx.run;
        let (epoch, attempt) = (run.epoch, run.attempt);
        let [pipeline, stream, load, run_id, state] =
            [&run.pipeline, &ctx.name, &run.load_id, &run.run_id, &run.state_id].map(|text| quote_literal(text));
        let fence = quote_literal(&format!("{}/{attempt}", run.run_id));
        // What is told as committed must outlive a crash of the server, whatever the role's default is.
        let sql = format!(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'; \
             WITH before AS (SELECT state_id FROM {table} WHERE pipeline = {pipeline} AND stream = {stream}) \
             INSERT INTO {table} AS r (pipeline, stream, load_id, fence, state_id, epoch, attempt) \
             VALUES ({pipeline}, {stream}, {load}, {fence}, {state}, {epoch}, {attempt}) \
             ON CONFLICT (pipeline, stream) DO UPDATE SET load_id = excluded.load_id, fence = excluded.fence, \
               state_id = excluded.state_id, epoch = excluded.epoch, attempt = excluded.attempt, \
               sequence = CASE WHEN r.load_id = excluded.load_id THEN r.sequence ELSE 0 END, \
               payload = CASE WHEN r.load_id = excluded.load_id THEN r.payload ELSE '' END, \
               rows = CASE WHEN r.load_id = excluded.load_id THEN r.rows ELSE 0 END, \
               complete = r.load_id = excluded.load_id AND r.complete, updated_at = now() \
             WHERE r.state_id IS DISTINCT FROM excluded.state_id OR r.epoch IS NULL OR r.epoch < excluded.epoch \
               OR (r.epoch = excluded.epoch AND strpos(r.fence, {run_id} || '/') = 1 AND r.attempt <= excluded.attempt) \
             RETURNING sequence, payload, rows, complete, shadow, \
               (SELECT before.state_id <> {state} FROM before)"
        );
        let ours = format!("pipeline = {pipeline} AND stream = {stream} AND load_id = {load} AND fence = {fence}");
        locks::begin(session)?;
        let claimed = session.simple_query(&sql)?;
        if claimed.is_empty() {
            session.execute("ROLLBACK")?;
            return Ok(None);
        }
        // The row is locked: whoever writes now is earlier.
        writers.end_others(session)?;
        writers.join(session)?;
        session.execute("COMMIT")?;
        let row = claimed.row(0);
        if row.get(5) == Some("t") {
            warn_of_another_state(ctx);
        }
        let receipt = Receipt {
            load_id: run.load_id.clone(),
            sequence: row.integer(0)? as u64,
            payload: row.text(1)?.to_owned(),
            rows: row.integer(2)? as u64,
            complete: row.bool(3)?,
        };
        let shadow = row.get(4).map(str::to_owned);
        Ok(Some(Claim { table: table.clone(), writers, ours, receipt, shadow }))
    }

    /// A load without a frontier has nothing to go on with: what is there is another load's. The claim
    /// has been committed before, so that a run that still fills the table finds out and lets go of it.
    fn drop_leftover(mut self, session: &mut Session) -> Result<Claim> {
        if self.receipt.sequence > 0 {
            return Ok(self);
        }
        if let Some(name) = self.shadow.take() {
            let leftover = Table { schema: self.table.schema.clone(), name };
            // Nothing but a person's own doing can depend on it, so that is not dropped along (I17).
            let sql = format!(
                "DROP TABLE IF EXISTS {leftover}; UPDATE {} SET shadow = NULL WHERE {}; COMMIT",
                self.table, self.ours
            );
            let doing = format!("dropping {leftover}, which an earlier load has left behind");
            let dropped = self.writers.begin(session).and_then(|()| session.execute(&sql));
            dropped.map_err(|e| errors::before_commit(&doing, e))?;
        }
        Ok(self)
    }

    pub(crate) fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    pub(crate) fn shadow(&self) -> Option<Table> {
        let name = self.shadow.clone()?;
        Some(Table { schema: self.table.schema.clone(), name })
    }

    /// Barriers count without a gap. A gap means that this record and the host's are not of one
    /// history, as after the database was restored from a backup.
    pub(crate) fn check(&self, barrier: &Barrier) -> Result<()> {
        if barrier.id == self.receipt.sequence + 1 {
            return Ok(());
        }
        let message = format!(
            "{} says that checkpoint {} of this load was the last one written, but checkpoint {} came next; was the \
             database restored, or the table changed by hand? To load the stream anew, run: rapidbyte state reset \
             --stream followed by its name",
            self.table, self.receipt.sequence, barrier.id
        );
        Err(errors::schema("dest.receipt-mismatch", message))
    }

    /// Records that all before the barrier is written, in the transaction that holds `rows` more rows.
    /// Fails if a later run has claimed the stream (I8).
    pub(crate) fn advance(
        &mut self,
        session: &mut Session,
        barrier: &Barrier,
        rows: u64,
        shadow: Option<&Table>,
    ) -> Result<()> {
        let rows = self.receipt.rows + rows;
        let sql = format!(
            "UPDATE {} SET sequence = $1, payload = $2, rows = $3, complete = $4, shadow = $5, updated_at = now() \
             WHERE {}",
            self.table, self.ours
        );
        let (sequence, total) = (barrier.id.to_string(), rows.to_string());
        let complete = if barrier.last { "true" } else { "false" };
        let shadow = shadow.map(|table| table.name.as_str());
        let values = [Some(&*sequence), Some(&*barrier.payload), Some(&*total), Some(complete), shadow];
        let doing = format!("recording checkpoint {} in {}", barrier.id, self.table);
        let updated = session.query(&sql, &values).map_err(|e| errors::before_commit(&doing, e))?;
        if updated.affected() != 1 {
            let message = format!("{doing}: another run has taken this stream over, so this one must not write to it");
            return Err(errors::schema("dest.fenced", message));
        }
        self.receipt.sequence = barrier.id;
        self.receipt.payload.clone_from(&barrier.payload);
        self.receipt.rows = rows;
        self.receipt.complete = barrier.last;
        self.shadow = shadow.map(str::to_owned);
        Ok(())
    }
}

/// Who has the row that somebody else is refused.
fn holder(session: &mut Session, table: &Table, ctx: &StreamContext) -> Result<String, PgError> {
    let sql = format!("SELECT fence || ', epoch ' || epoch FROM {table} WHERE pipeline = $1 AND stream = $2");
    let found = session.query(&sql, &[Some(&ctx.run.pipeline), Some(&ctx.name)])?;
    Ok(found.single().unwrap_or("gone meanwhile").to_owned())
}

fn overtaken(table: &Table, ctx: &StreamContext, doing: &str, holder: &str) -> ConnectorError {
    let (run, stream) = (&ctx.run, quote_literal(&ctx.name));
    let message = format!(
        "{doing}: a later run has claimed it (run/attempt {holder}), so this one (run/attempt {}/{}, epoch {}) must not \
         write to it. If this pipeline's state knows no such run, it was copied or restored from a backup and would \
         write rows again: then look at the rows, run: rapidbyte state reset --stream {stream}, and in the database: \
         DELETE FROM {table} WHERE pipeline = {} AND stream = {stream}",
        run.run_id,
        run.attempt,
        run.epoch,
        quote_literal(&run.pipeline),
    );
    errors::schema("dest.fenced", message)
}

/// Replacing and upserting give the same rows again; adding them to those of another state doubles them.
fn warn_of_another_state(ctx: &StreamContext) {
    if ctx.write_mode == WriteMode::Append {
        rapidbyte_sdk::warn!(
            "stream {} was last written by a run of another state, and this state does not know which rows that one \
             added: those that are read again are in the table twice now",
            ctx.name
        );
    }
}

/// Makes the table, and its schema, where it is missing, and adds columns that it lacks. Two runs may come here at
/// once (I22).
fn make(session: &mut Session, table: &Table) -> Result<()> {
    let form = form(session, table).map_err(|e| errors::before_commit(&format!("looking for the table {table}"), e))?;
    let (doing, sql) = match form {
        Form::Current => return Ok(()),
        Form::Missing => {
            let comment = quote_literal(COMMENT);
            (format!("making the table {table}"), format!("{}; COMMENT ON TABLE {table} IS {comment}", creation(table)))
        }
        Form::Earlier => (format!("adding columns to the table {table}"), addition(table)),
    };
    let failed = |error: PgError| explain_refusal(table, errors::before_commit(&doing, error));
    locks::begin(session).map_err(failed)?;
    ddl::lock_definition(session, table).map_err(failed)?;
    ddl::create_schema(session, &table.schema).map_err(failed)?;
    session.execute(&format!("{sql}; COMMIT")).map(drop).map_err(failed)
}

/// Of the table.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Form {
    Missing,
    /// As an earlier version made it.
    Earlier,
    Current,
}

pub(crate) fn form(session: &mut Session, table: &Table) -> Result<Form, PgError> {
    let name = quote_literal(&table.to_string());
    let found = session.simple_query(&format!(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.oid AND a.attname = 'epoch' \
           AND NOT a.attisdropped) FROM pg_catalog.to_regclass({name}) AS r (oid) WHERE r.oid IS NOT NULL"
    ))?;
    Ok(match found.single() {
        None => Form::Missing,
        Some("t") => Form::Current,
        Some(_) => Form::Earlier,
    })
}

fn creation(table: &Table) -> String {
    format!("CREATE TABLE IF NOT EXISTS {table} ({COLUMNS})")
}

/// The statement that gives a table of an earlier version what it lacks; only its owner may do so.
pub(crate) fn addition(table: &Table) -> String {
    format!("ALTER TABLE {table} {ADDITIONS}")
}

/// Says which rights are wanted where one was missing.
fn explain_refusal(table: &Table, error: ConnectorError) -> ConnectorError {
    if error.category != rapidbyte_sdk::types::ErrorCategory::Permission {
        return error;
    }
    let mut error = error;
    error.code = "dest.receipts-not-writable".to_owned();
    error.message += &format!(
        "; Rapidbyte records in this table how far it has written each stream. Grant this role CREATE on the schema, or let \
         the role that owns the table run: {}; {}; GRANT SELECT, INSERT, UPDATE ON {table} TO this role",
        creation(table),
        addition(table)
    );
    error
}
