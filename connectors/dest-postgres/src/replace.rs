//! Replacing a table's rows at once (I17).
//!
//! The rows go into a shadow table, frontier by frontier. The first frontier's transaction makes it, and
//! the receipt names it, so that an interrupted load goes on filling it and a load that nobody goes on
//! with can be told and its shadow dropped. Until the last frontier commits, the old table is whole. In
//! that transaction the shadow takes the table's place, or, where something hangs on the table that this
//! would lose, the table is emptied and filled from the shadow; readers see either the old rows or
//! the new ones.

use rapidbyte_pg::PgError;
use rapidbyte_sdk::arrow::Schema;
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::{Result, StreamContext};

use crate::catalog::{look_up, Column, Existing, Fnv, Table};
use crate::connector::Session;
use crate::plan::plan;
use crate::prepare::{self, Loading};
use crate::receipts::Claim;
use crate::swap::{self, examine, is_copy, Belongings, Fate};
use crate::types::KnownTypes;
use crate::write::{is_guarded, no_schema};
use crate::{ddl, errors, steps};

/// A replacement under way.
pub(crate) struct Replacing {
    target: Table,
    shadow: Table,
    state: State,
    /// For a table that is not there yet: the key that it gets once the rows are in.
    key: Option<Vec<String>>,
    /// Whether bad rows are to be left out.
    guarded: bool,
    /// What the table had when the shadow got its indexes; none if it cannot be swapped.
    belongings: Option<Belongings>,
}

/// Of the shadow.
#[derive(PartialEq)]
enum State {
    Missing,
    /// Made by the open transaction, so that nobody else can see it.
    Fresh,
    Durable,
}

impl Replacing {
    /// Goes on with the shadow of a load that has a frontier.
    pub(crate) fn start(
        session: &mut Session,
        target: &Table,
        claim: &Claim,
        ctx: &StreamContext,
    ) -> Result<Replacing> {
        let fresh = Table { schema: target.schema.clone(), name: shadow_name(target, ctx) };
        let (shadow, state) = match claim.receipt().sequence {
            0 => (fresh, State::Missing),
            _ => (durable_shadow(session, target, claim)?, State::Durable),
        };
        let guarded = is_guarded(ctx);
        Ok(Replacing { target: target.clone(), shadow, state, key: None, guarded, belongings: None })
    }

    pub(crate) fn shadow(&self) -> &Table {
        &self.shadow
    }

    /// The open transaction has been committed.
    pub(crate) fn committed(&mut self) {
        if self.state == State::Fresh {
            self.state = State::Durable;
        }
    }

    /// Makes the shadow where it is missing, adds the columns that it lacks, and plans its load.
    pub(crate) fn prepare(
        &mut self,
        session: &mut Session,
        schema: &Schema,
        known: &KnownTypes,
        ctx: &StreamContext,
    ) -> Result<Loading> {
        self.key = Some(ddl::primary_key(schema, &ctx.primary_key)?);
        if self.state == State::Missing {
            self.make(session, schema, known, ctx)?;
            self.state = State::Fresh;
            steps::reached(steps::SHADOW_CREATED);
        }
        let plan = prepare::settle(session, &self.shadow, &self.target, schema, known, ctx)?;
        // A savepoint hides from COPY that the table is new.
        let fresh = self.state == State::Fresh && !self.guarded;
        Ok(Loading { target: self.target.clone(), table: self.shadow.clone(), plan, fresh, changes: Vec::new() })
    }

    fn make(&self, session: &mut Session, schema: &Schema, known: &KnownTypes, ctx: &StreamContext) -> Result<()> {
        let Replacing { target, shadow, .. } = self;
        // Making a table like another locks that one, so this lock must come first here as well.
        self.wait_for_turn(session)?;
        let existing = prepare::find(session, target)?;
        prepare::check(target, schema, existing.as_ref())?;
        let Some(existing) = existing else {
            ddl::create_table(session, shadow, target, schema, known)?;
            return self.guard_key(session);
        };
        // The policies are about the table itself.
        let wanted = plan(target, &existing.columns, schema, known, &ctx.policies.schema_evolution)?;
        let sql = match self.examine(session, &existing)? {
            Some(_) => format!("CREATE TABLE {shadow} (LIKE {target} INCLUDING ALL EXCLUDING INDEXES)"),
            None => format!("CREATE TABLE {shadow} AS SELECT {} FROM {target} WITH NO DATA", wanted.column_list()),
        };
        let doing = format!("making the table {shadow} to gather the new rows of {target}");
        session.execute(&sql).map_err(|e| errors::before_commit(&doing, e))?;
        if !self.guarded {
            return Ok(());
        }
        swap::guard(session, target, &existing.oid, shadow).map_err(|e| errors::before_commit(&doing, e))
    }

    /// A row that comes twice is told from the others while it is loaded, not when the key is built (I19).
    fn guard_key(&self, session: &mut Session) -> Result<()> {
        let key = self.key.as_deref().unwrap_or_default();
        if key.is_empty() || !self.guarded {
            return Ok(());
        }
        let shadow = &self.shadow;
        let columns: Vec<String> = key.iter().map(|name| quote_identifier(name)).collect();
        let required: Vec<String> = columns.iter().map(|name| format!("ALTER {name} SET NOT NULL")).collect();
        let sql = format!(
            "ALTER TABLE {shadow} {}; CREATE UNIQUE INDEX ON {shadow} ({})",
            required.join(", "),
            columns.join(", ")
        );
        let doing = format!("making the key of {shadow}");
        session.execute(&sql).map(drop).map_err(|e| errors::before_commit(&doing, e))
    }

    fn examine(&self, session: &mut Session, existing: &Existing) -> Result<Option<Belongings>> {
        let target = &self.target;
        let fate = examine(session, target, &existing.oid)
            .map_err(|e| errors::before_commit(&format!("looking what depends on {target}"), e))?;
        Ok(match fate {
            Fate::Swap(belongings) => Some(belongings),
            Fate::Keep(reason) => {
                rapidbyte_sdk::debug!("{target} is filled anew instead of swapped: {reason}");
                None
            }
        })
    }

    /// Replacements of one table come one after the other.
    fn wait_for_turn(&self, session: &mut Session) -> Result<()> {
        let lock = format!("SELECT pg_advisory_xact_lock({})", self.target.lock_key("replace"));
        let doing = format!("waiting for another run that replaces {}", self.target);
        session.execute(&lock).map(drop).map_err(|e| errors::before_commit(&doing, e))
    }

    /// Gives the shadow the table's indexes while readers still have the table.
    pub(crate) fn build_indexes(&mut self, session: &mut Session) -> Result<()> {
        if self.state == State::Missing {
            return Err(no_schema(&self.target));
        }
        let doing = format!("replacing {}", self.target);
        let failed = |e: PgError| errors::before_commit(&doing, e);
        if self.guarded {
            swap::drop_guards(session, &self.shadow).map_err(failed)?;
        }
        self.wait_for_turn(session)?;
        let Some(existing) = prepare::find(session, &self.target)? else { return Ok(()) };
        self.belongings = self.examine(session, &existing)?;
        if !self.is_copy(session, &existing).map_err(failed)? {
            self.belongings = None;
        }
        match &self.belongings {
            Some(belongings) => belongings.build_indexes(session, &self.shadow).map_err(failed),
            None => Ok(()),
        }
    }

    /// Whether the shadow has all that the table's own definition says.
    fn is_copy(&self, session: &mut Session, existing: &Existing) -> Result<bool, PgError> {
        match look_up(session, &self.shadow)? {
            Some(shadow) => is_copy(session, &existing.oid, &shadow.oid),
            None => Ok(false),
        }
    }

    /// Puts the new rows in place; tells what that alters. To be committed right after.
    pub(crate) fn put_in_place(&self, session: &mut Session) -> Result<Vec<String>> {
        let doing = format!("replacing {}", self.target);
        let failed = |e: PgError| errors::before_commit(&doing, e);
        steps::reached(steps::SWAP_BEGIN);
        ddl::lock_definition(session, &self.target).map_err(failed)?;
        let gathered = prepare::find(session, &self.shadow)?.map_or_else(Vec::new, |shadow| shadow.columns);
        let changes = match prepare::find(session, &self.target)? {
            None => {
                self.become_the_table(session)?;
                let mut changes = vec![ddl::definition(&self.target, &gathered)];
                changes.extend(ddl::key_addition(&self.target, self.key.as_deref().unwrap_or_default()));
                changes
            }
            Some(existing) => {
                prepare::check_kind(&self.target, &existing)?;
                self.exchange(session).map_err(failed)?;
                self.additions(&existing.columns, gathered)
            }
        };
        steps::reached(steps::SWAPPED);
        Ok(changes)
    }

    /// What the table has now and had not before.
    fn additions(&self, before: &[Column], gathered: Vec<Column>) -> Vec<String> {
        let new: Vec<(String, String)> = gathered
            .into_iter()
            .filter(|column| !before.iter().any(|other| other.name == column.name))
            .map(|column| (column.name, column.type_name))
            .collect();
        if new.is_empty() {
            return Vec::new();
        }
        vec![ddl::addition(&self.target, &new)]
    }

    fn become_the_table(&self, session: &mut Session) -> Result<()> {
        let key = self.key.as_ref().ok_or_else(|| no_schema(&self.target))?;
        let sql = format!("ALTER TABLE {} RENAME TO {}", self.shadow, quote_identifier(&self.target.name));
        let doing = format!("giving {} its name", self.target);
        session.execute(&sql).map_err(|e| errors::before_commit(&doing, e))?;
        ddl::add_primary_key(session, &self.target, key)
    }

    fn exchange(&self, session: &mut Session) -> Result<(), PgError> {
        let Replacing { target, shadow, .. } = self;
        session.execute(&format!("LOCK TABLE {target} IN ACCESS EXCLUSIVE MODE"))?;
        if let Some(before) = &self.belongings {
            if self.swap(session, before)? {
                return Ok(());
            }
        }
        refill(session, target, shadow)
    }

    /// Swaps unless the table has changed since it was examined, or something unforeseen forbids it.
    fn swap(&self, session: &mut Session, before: &Belongings) -> Result<bool, PgError> {
        let Replacing { target, shadow, .. } = self;
        let Some(existing) = look_up(session, target)? else { return Ok(false) };
        match examine(session, target, &existing.oid)? {
            Fate::Swap(now) if now == *before && self.is_copy(session, &existing)? => {}
            Fate::Swap(_) | Fate::Keep(_) => return Ok(false),
        }
        session.execute("SAVEPOINT rb_swap")?;
        match before.swap(session, target, shadow) {
            Ok(()) => Ok(true),
            Err(error) if error.server().is_some_and(|report| !report.is_fatal()) => {
                rapidbyte_sdk::debug!("{target} is filled anew instead of swapped: {error}");
                session.execute("ROLLBACK TO rb_swap")?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// The shadow that the receipt names. Its rows cannot be had again from a source that has moved on.
fn durable_shadow(session: &mut Session, target: &Table, claim: &Claim) -> Result<Table> {
    if let Some(shadow) = claim.shadow() {
        if prepare::find(session, &shadow)?.is_some() {
            return Ok(shadow);
        }
    }
    let message = format!(
        "the table with the {} rows that were already written to replace {target} is gone; to replace it from the          beginning, run: rapidbyte state reset --stream followed by the stream's name",
        claim.receipt().rows
    );
    Err(errors::schema("dest.shadow-lost", message))
}

/// Empties the locked table and moves the shadow's rows into it, with the columns that it lacks.
fn refill(session: &mut Session, target: &Table, shadow: &Table) -> Result<(), PgError> {
    let name = rapidbyte_sdk::names::quote_literal(&target.to_string());
    // TRUNCATE is forbidden where other tables refer to this one, and is a right of its own.
    let can_truncate = session.simple_query(&format!(
        "SELECT (pg_catalog.has_table_privilege({name}, 'TRUNCATE') AND NOT EXISTS (SELECT \
         FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND k.confrelid = {name}::regclass \
         AND k.conrelid <> k.confrelid))::text"
    ))?;
    let empty = if can_truncate.single() == Some("true") { "TRUNCATE" } else { "DELETE FROM" };
    let mut gathered = look_up(session, shadow)?.map_or_else(Vec::new, |existing| existing.columns);
    gathered.retain(|column| !column.generated);
    let present = look_up(session, target)?.map_or_else(Vec::new, |existing| existing.columns);
    for column in &gathered {
        if !present.iter().any(|other| other.name == column.name) {
            let name = quote_identifier(&column.name);
            session.execute(&format!("ALTER TABLE {target} ADD COLUMN {name} {}", column.type_name))?;
        }
    }
    let columns: Vec<String> = gathered.iter().map(|column| quote_identifier(&column.name)).collect();
    let columns = columns.join(", ");
    session
        .execute(&format!(
            "{empty} {target}; INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {shadow}; \
             DROP TABLE {shadow}"
        ))
        .map(drop)
}

/// Unique per table and load; 42 bytes, so that suffixes fit the 63 of an identifier.
fn shadow_name(target: &Table, ctx: &StreamContext) -> String {
    let mut load = Fnv::new();
    for part in [&ctx.run.pipeline, &ctx.run.load_id, &ctx.name] {
        load.feed(part.as_bytes());
        load.feed(&[0]);
    }
    let table = target.lock_key("shadow") as u64;
    format!("_rb_shadow_{:08x}_{:016x}", table >> 32, load.0)
}
