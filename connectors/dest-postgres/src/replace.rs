//! Replacing a table's rows at once (I17).
//!
//! The rows go into a shadow table that this very transaction makes. So nobody sees it, a crash
//! leaves nothing behind, and until COMMIT the old table is whole. At the end the shadow takes the
//! table's place, or, where something hangs on the table that this would lose, the table is
//! emptied and filled from the shadow; readers see either the old rows or the new ones.

use rapidbyte_pg::PgError;
use rapidbyte_sdk::arrow::Schema;
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::{Result, StreamContext};

use crate::catalog::{Existing, Fnv, Table};
use crate::connector::Session;
use crate::plan::{plan, Plan};
use crate::prepare::{self, Loading};
use crate::swap::{examine, Belongings, Fate};
use crate::types::KnownTypes;
use crate::{ddl, errors};

/// A replacement under way.
pub(crate) struct Replacing {
    target: Table,
    /// Columns that the target lacks.
    additions: Vec<(String, String)>,
    way: Way,
}

enum Way {
    /// There was no table; the key is built once the rows are in.
    New { key: Vec<String> },
    /// The shadow becomes the table.
    Swap(Belongings),
    /// The table stays and is filled anew.
    Refill,
}

impl Replacing {
    /// Makes the table to load into. A second replacement of the same table waits here for the
    /// first one's end.
    pub(crate) fn start(
        session: &mut Session,
        target: &Table,
        schema: &Schema,
        known: &KnownTypes,
        ctx: &StreamContext,
    ) -> Result<(Replacing, Loading)> {
        let doing = format!("preparing to replace {target}");
        let lock = format!("SELECT pg_advisory_xact_lock({})", target.lock_key("replace"));
        session.execute(&lock).map_err(|e| errors::before_commit(&doing, e))?;
        let existing = prepare::find(session, target)?;
        prepare::check(target, schema, existing.as_ref())?;
        match existing {
            None => Self::start_new(session, target, schema, known, ctx),
            Some(existing) => Self::start_shadow(session, target, &existing, schema, known, ctx),
        }
    }

    fn start_new(
        session: &mut Session,
        target: &Table,
        schema: &Schema,
        known: &KnownTypes,
        ctx: &StreamContext,
    ) -> Result<(Replacing, Loading)> {
        let doing = format!("preparing to create {target}");
        ddl::lock_definition(session, target).map_err(|e| errors::before_commit(&doing, e))?;
        ddl::create_schema(session, &target.schema).map_err(|e| errors::before_commit(&doing, e))?;
        let key = ddl::primary_key(schema, &ctx.primary_key)?;
        ddl::create_table(session, target, schema, known)?;
        let plan = prepare::settle(session, target, schema, known, ctx)?;
        let replacing = Replacing { target: target.clone(), additions: Vec::new(), way: Way::New { key } };
        Ok((replacing, Loading { table: target.clone(), plan, fresh: true }))
    }

    fn start_shadow(
        session: &mut Session,
        target: &Table,
        existing: &Existing,
        schema: &Schema,
        known: &KnownTypes,
        ctx: &StreamContext,
    ) -> Result<(Replacing, Loading)> {
        // The policies are about the table itself.
        let wanted = plan(target, &existing.columns, schema, known, &ctx.policies.schema_evolution)?;
        let fate = examine(session, target, &existing.oid)
            .map_err(|e| errors::before_commit(&format!("looking what depends on {target}"), e))?;
        let shadow = Table { schema: target.schema.clone(), name: shadow_name(target, ctx) };
        let (way, sql) = match fate {
            Fate::Swap(belongings) => (
                Way::Swap(belongings),
                format!("CREATE TABLE {shadow} (LIKE {target} INCLUDING ALL EXCLUDING INDEXES)"),
            ),
            Fate::Keep(reason) => {
                rapidbyte_sdk::debug!("{target} is filled anew instead of swapped: {reason}");
                let columns = wanted.column_list();
                (Way::Refill, format!("CREATE TABLE {shadow} AS SELECT {columns} FROM {target} WITH NO DATA"))
            }
        };
        let doing = format!("making the table {shadow} to gather the new rows of {target}");
        session.execute(&sql).map_err(|e| errors::before_commit(&doing, e))?;
        let mut replacing = Replacing { target: target.clone(), additions: Vec::new(), way };
        let plan = replacing.follow(session, &shadow, schema, known, ctx)?;
        Ok((replacing, Loading { table: shadow, plan, fresh: true }))
    }

    /// Plans the load of `table` for a schema, adding the columns that it lacks.
    pub(crate) fn follow(
        &mut self,
        session: &mut Session,
        table: &Table,
        schema: &Schema,
        known: &KnownTypes,
        ctx: &StreamContext,
    ) -> Result<Plan> {
        let mut plan = prepare::settle(session, table, schema, known, ctx)?;
        self.additions.append(&mut plan.additions);
        Ok(plan)
    }

    /// Puts the new rows in place. To be committed right after.
    pub(crate) fn finish(self, session: &mut Session, loading: &Loading) -> Result<()> {
        let Replacing { target, additions, way } = self;
        let doing = format!("replacing {target}");
        let failed = |e: PgError| errors::before_commit(&doing, e);
        let belongings = match way {
            Way::New { key } => return ddl::add_primary_key(session, &target, &key),
            Way::Swap(belongings) => {
                // Built before the lock, so that readers wait only for the swap itself.
                belongings.build_indexes(session, &loading.table).map_err(failed)?;
                Some(belongings)
            }
            Way::Refill => None,
        };
        ddl::lock_definition(session, &target).map_err(failed)?;
        session.execute(&format!("LOCK TABLE {target} IN ACCESS EXCLUSIVE MODE")).map_err(failed)?;
        if let Some(belongings) = belongings {
            if swap(session, &target, &loading.table, &belongings).map_err(failed)? {
                return Ok(());
            }
        }
        ddl::add_columns(session, &target, &additions)?;
        refill(session, &target, &loading.table).map_err(failed)
    }
}

/// Swaps unless the table has changed since it was examined, or something unforeseen forbids it.
fn swap(session: &mut Session, target: &Table, shadow: &Table, before: &Belongings) -> Result<bool, PgError> {
    let Some(existing) = crate::catalog::look_up(session, target)? else { return Ok(false) };
    match examine(session, target, &existing.oid)? {
        Fate::Swap(now) if now == *before => {}
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

/// Empties the locked table and moves the shadow's rows into it.
fn refill(session: &mut Session, target: &Table, shadow: &Table) -> Result<(), PgError> {
    let name = rapidbyte_sdk::names::quote_literal(&target.to_string());
    // TRUNCATE is forbidden where other tables refer to this one, and is a right of its own.
    let can_truncate = session.simple_query(&format!(
        "SELECT (pg_catalog.has_table_privilege({name}, 'TRUNCATE') AND NOT EXISTS (SELECT \
         FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND k.confrelid = {name}::regclass \
         AND k.conrelid <> k.confrelid))::text"
    ))?;
    let empty = if can_truncate.single() == Some("true") { "TRUNCATE" } else { "DELETE FROM" };
    let columns: Vec<String> = match crate::catalog::look_up(session, shadow)? {
        Some(existing) => {
            existing.columns.iter().filter(|column| !column.generated).map(|c| quote_identifier(&c.name)).collect()
        }
        None => Vec::new(),
    };
    let columns = columns.join(", ");
    session
        .execute(&format!(
            "{empty} {target}; INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {shadow}; \
             DROP TABLE {shadow}"
        ))
        .map(drop)
}

/// Unique per table and run; 42 bytes, so that suffixes fit the 63 of an identifier.
fn shadow_name(target: &Table, ctx: &StreamContext) -> String {
    let mut run = Fnv::new();
    run.feed(ctx.run.run_id.as_bytes());
    run.feed(&ctx.run.attempt.to_be_bytes());
    run.feed(ctx.name.as_bytes());
    let table = target.lock_key("shadow") as u64;
    format!("_rb_shadow_{:08x}_{:016x}", table >> 32, run.0)
}
