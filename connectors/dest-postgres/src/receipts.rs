//! What the destination itself records of each stream, in the transactions of its rows: how far the
//! load got, and which run may go on with it (I8).

use rapidbyte_pg::PgError;
use rapidbyte_sdk::names::quote_literal;
use rapidbyte_sdk::types::{Barrier, Receipt};
use rapidbyte_sdk::{ConnectorError, Result, StreamContext};

use crate::catalog::Table;
use crate::connector::Session;
use crate::{ddl, errors, steps};

/// In the schema of the tables that it is about.
const NAME: &str = "_rapidbyte_receipts";

const COLUMNS: &str = "\
    pipeline text, stream text, load_id text NOT NULL, fence text NOT NULL, sequence bigint NOT NULL DEFAULT 0, \
    payload text NOT NULL DEFAULT '', rows bigint NOT NULL DEFAULT 0, complete boolean NOT NULL DEFAULT false, \
    shadow text, updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (pipeline, stream)";

const COMMENT: &str = "How far Rapidbyte has written each stream of each pipeline; committed together with the rows. \
    Without it an interrupted load cannot go on.";

/// A claim waits for a run that is just committing. One that takes longer hangs, or its host is cut off.
const CLAIM_TIMEOUT: &str = "60s";

/// Where the receipts of a schema are.
pub(crate) fn table(schema: &str) -> Table {
    Table { schema: schema.to_owned(), name: NAME.to_owned() }
}

/// The right to write a stream, until a later run claims it.
pub(crate) struct Claim {
    table: Table,
    /// Finds the row as long as it is ours.
    ours: String,
    receipt: Receipt,
    /// Where a replacement gathers its rows.
    shadow: Option<String>,
}

impl Claim {
    /// Claims the stream for the run of `ctx`. From here on no earlier run can commit to it: one that
    /// is just committing is waited for, any other will not find the row that it must update. A row of
    /// another load is taken over. Claiming twice changes nothing.
    pub(crate) fn take(session: &mut Session, schema: &str, ctx: &StreamContext) -> Result<Claim> {
        let table = table(schema);
        make(session, &table)?;
        let claim = Claim::update(session, table, ctx).map_err(|(table, error)| {
            let doing = format!("claiming the stream {} in {table}", ctx.name);
            explain_refusal(&table, errors::before_commit(&doing, error))
        })?;
        steps::reached(steps::CLAIMED);
        claim.drop_leftover(session)
    }

    fn update(session: &mut Session, table: Table, ctx: &StreamContext) -> Result<Claim, (Table, PgError)> {
        let [pipeline, stream, load, fence] =
            [&ctx.run.pipeline, &ctx.name, &ctx.run.load_id, &format!("{}/{}", ctx.run.run_id, ctx.run.attempt)]
                .map(|text| quote_literal(text));
        // What is told as committed must outlive a crash of the server, whatever the role's default is.
        let sql = format!(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'; \
             SET LOCAL lock_timeout = '{CLAIM_TIMEOUT}'; \
             INSERT INTO {table} AS r (pipeline, stream, load_id, fence) VALUES ({pipeline}, {stream}, {load}, {fence}) \
             ON CONFLICT (pipeline, stream) DO UPDATE SET load_id = excluded.load_id, fence = excluded.fence, \
               sequence = CASE WHEN r.load_id = excluded.load_id THEN r.sequence ELSE 0 END, \
               payload = CASE WHEN r.load_id = excluded.load_id THEN r.payload ELSE '' END, \
               rows = CASE WHEN r.load_id = excluded.load_id THEN r.rows ELSE 0 END, \
               complete = r.load_id = excluded.load_id AND r.complete, updated_at = now() \
             RETURNING sequence, payload, rows, complete, shadow"
        );
        let ours = format!("pipeline = {pipeline} AND stream = {stream} AND load_id = {load} AND fence = {fence}");
        let read = |rows: rapidbyte_pg::Rows| {
            let row = rows.row(0);
            let receipt = Receipt {
                load_id: ctx.run.load_id.clone(),
                sequence: row.integer(0)? as u64,
                payload: row.text(1)?.to_owned(),
                rows: row.integer(2)? as u64,
                complete: row.bool(3)?,
            };
            Ok((receipt, row.get(4).map(str::to_owned)))
        };
        match session.simple_query(&sql).and_then(read) {
            Ok((receipt, shadow)) => Ok(Claim { table, ours, receipt, shadow }),
            Err(error) => Err((table, error)),
        }
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
                "SET LOCAL lock_timeout = '{CLAIM_TIMEOUT}'; DROP TABLE IF EXISTS {leftover}; \
                 UPDATE {} SET shadow = NULL WHERE {}",
                self.table, self.ours
            );
            let doing = format!("dropping {leftover}, which an earlier load has left behind");
            session.execute(&sql).map_err(|e| errors::before_commit(&doing, e))?;
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

/// Makes the table, and its schema, where it is missing. Two runs may come here at once (I22).
fn make(session: &mut Session, table: &Table) -> Result<()> {
    let doing = format!("making the table {table}");
    let failed = |error: PgError| explain_refusal(table, errors::before_commit(&doing, error));
    let name = quote_literal(&table.to_string());
    let found = session.simple_query(&format!("SELECT pg_catalog.to_regclass({name})")).map_err(failed)?;
    if found.single().is_some() {
        return Ok(());
    }
    session.execute("BEGIN").map_err(failed)?;
    ddl::lock_definition(session, table).map_err(failed)?;
    ddl::create_schema(session, &table.schema).map_err(failed)?;
    let comment = quote_literal(COMMENT);
    let sql = format!("CREATE TABLE IF NOT EXISTS {table} ({COLUMNS}); COMMENT ON TABLE {table} IS {comment}; COMMIT");
    session.execute(&sql).map(drop).map_err(failed)
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
         another role run: CREATE TABLE {table} ({COLUMNS}); GRANT SELECT, INSERT, UPDATE ON {table} TO this role"
    );
    error
}
