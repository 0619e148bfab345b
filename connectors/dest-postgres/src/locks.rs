//! What a stream's writer has locked: how a later run gets rid of it, and who is in the way of a writer.
//!
//! A process that stands still in a transaction keeps all that the transaction has locked for as long as its
//! connection stays open. So every transaction of a writer also holds a shared advisory lock that stands for its
//! stream. Whoever claims the stream later finds the session by it, and ends it.

use rapidbyte_pg::PgError;
use rapidbyte_sdk::names::quote_literal;
use rapidbyte_sdk::types::WriteMode;
use rapidbyte_sdk::{ConnectorError, StreamContext};

use crate::catalog::{Fnv, Table};
use crate::connector::Session;

/// How long a statement waits for a lock, unless the role or the database says how long.
pub(crate) const LOCK_TIMEOUT: &str = "60s";

/// How long a transaction may stand still between two statements, unless the role or the database says how
/// long. A source that makes a writer wait for so long has failed.
const IDLE_TIMEOUT: &str = "1h";

/// The manual's `lock_not_available`.
const NOT_AVAILABLE: &str = "55P03";

/// As `rapidbyte_pg` names it.
const NOT_AVAILABLE_CODE: &str = "pg.lock-timeout";

/// Stands for the stream's writers.
#[derive(Clone, Copy)]
pub(crate) struct Writers(i64);

impl Writers {
    /// Of a stream that is written to the schema.
    pub(crate) fn of(schema: &str, ctx: &StreamContext) -> Writers {
        let mut hash = Fnv::new();
        for part in ["rapidbyte", "writers", schema, &ctx.run.pipeline, &ctx.name] {
            hash.feed(part.as_bytes());
            hash.feed(&[0]);
        }
        Writers(hash.0 as i64)
    }

    /// Begins a transaction of a writer.
    pub(crate) fn begin(self, session: &mut Session) -> Result<(), PgError> {
        session.execute(&format!("{}; {}", beginning(), self.joining())).map(drop)
    }

    /// To be called in a transaction: from here to its end the session can be found.
    pub(crate) fn join(self, session: &mut Session) -> Result<(), PgError> {
        session.execute(&self.joining()).map(drop)
    }

    fn joining(self) -> String {
        format!("SELECT pg_catalog.pg_advisory_xact_lock_shared({})", self.0)
    }

    /// Ends the other sessions that have a transaction of a writer open. To be called while no later run can become
    /// one.
    pub(crate) fn end_others(self, session: &mut Session) -> Result<(), PgError> {
        let ended = session.simple_query(&format!(
            "SELECT a.pid, a.usename::text, a.usename = current_user, CASE WHEN a.usename = current_user \
               THEN pg_catalog.pg_terminate_backend(a.pid) END \
             FROM {} WHERE {}",
            HOLDERS,
            advisory(self.0)
        ))?;
        for row in ended.iter() {
            let (pid, role) = (row.integer(0)?, row.text(1)?);
            if row.bool(2)? {
                rapidbyte_sdk::info!("ended session {pid}, in which an earlier run had a transaction open");
            } else {
                rapidbyte_sdk::warn!(
                    "session {pid} of the role {role} has a transaction of an earlier run open, and what that has \
                     locked is waited for; another role cannot end it, so let {role} or a superuser run: SELECT \
                     pg_terminate_backend({pid})"
                );
            }
        }
        Ok(())
    }
}

/// Begins a transaction that waits for nobody for ever.
pub(crate) fn begin(session: &mut Session) -> Result<(), PgError> {
    session.execute(&beginning()).map(drop)
}

fn beginning() -> String {
    let limit = |setting: &str, value: &str| {
        format!("SELECT set_config('{setting}', '{value}', true) WHERE current_setting('{setting}') = '0'")
    };
    let (lock, idle) =
        (limit("lock_timeout", LOCK_TIMEOUT), limit("idle_in_transaction_session_timeout", IDLE_TIMEOUT));
    format!("BEGIN; {lock}; {idle}")
}

/// Whether the server gave up waiting for a lock.
pub(crate) fn timed_out(error: &PgError) -> bool {
    error.sqlstate() == Some(NOT_AVAILABLE)
}

/// Says who is in the way, where an error is that a lock could not be had. Rolls back.
pub(crate) fn explain(
    session: &mut Session,
    target: &Table,
    ctx: &StreamContext,
    mut error: ConnectorError,
) -> ConnectorError {
    if error.code != NOT_AVAILABLE_CODE {
        return error;
    }
    error.code = "dest.locked".to_owned();
    error.message += &match holders(session, target, ctx) {
        Ok(holders) if holders.is_empty() => "; whoever held it has let go meanwhile".to_owned(),
        Ok(holders) => format!(
            "; {} in the way: {}. Let that end, or end it with SELECT pg_terminate_backend(process)",
            if holders.len() == 1 { "a session is" } else { "sessions are" },
            holders.join(", ")
        ),
        Err(unknown) => format!("; who holds it could not be found out: {unknown}"),
    };
    error
}

/// The most sessions that a message names.
const MAX_NAMED: usize = 5;

/// Sessions that hold what a writer of the table may have to wait for, the oldest transaction first.
fn holders(session: &mut Session, target: &Table, ctx: &StreamContext) -> Result<Vec<String>, PgError> {
    session.execute("ROLLBACK")?;
    // Only a swap has to wait for readers.
    let readers = match ctx.write_mode {
        WriteMode::Replace => "",
        WriteMode::Append | WriteMode::Upsert => "AND l.mode <> 'AccessShareLock'",
    };
    let found = session.simple_query(&format!(
        "SELECT DISTINCT a.xact_start, concat_ws(', ', 'process ' || a.pid, 'role ' || a.usename, \
           nullif(a.application_name, ''), a.state, 'in a transaction since ' || a.xact_start) \
         FROM {HOLDERS} WHERE (l.locktype = 'relation' AND l.relation = pg_catalog.to_regclass({}) {readers}) \
           OR {} OR {} ORDER BY 1 LIMIT {MAX_NAMED}",
        quote_literal(&target.to_string()),
        advisory(target.lock_key("replace")),
        advisory(target.lock_key("definition")),
    ))?;
    found.iter().map(|row| Ok(row.text(1)?.to_owned())).collect()
}

/// Locks that other sessions hold in this database.
const HOLDERS: &str = "\
    (SELECT * FROM pg_catalog.pg_locks WHERE granted AND pid <> pg_catalog.pg_backend_pid() \
      AND database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())) l \
    JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid";

/// As the server files a lock under a number of 64 bits.
fn advisory(key: i64) -> String {
    let (high, low) = ((key as u64) >> 32, key as u64 & 0xffff_ffff);
    format!("(l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid = {high} AND l.objid = {low})")
}
