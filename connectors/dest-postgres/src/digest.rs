//! The destination's side of a comparison, and its repair.

use rapidbyte_pg::compare::Side;
use rapidbyte_sdk::arrow::{Reader, Schema};
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::types::{CommitState, Comparison, RepairSummary};
use rapidbyte_sdk::{ConnectorError, Inbound, Inbox, Result, StreamContext, TcpStream};

use crate::catalog::Table;
use crate::config::LoadMethod;
use crate::connector::Session;
use crate::plan::plan;
use crate::prepare::{self, Loading};
use crate::write::target;
use crate::{errors, sink};

/// Where the rows of a repair wait for their merge; gone with the transaction.
const STAGE: &str = "rapidbyte_repair";

/// Asks the table of a stream something, in a snapshot. After an error the session must be closed.
pub(crate) fn ask<A>(
    session: &mut Session,
    schema: &str,
    ctx: &StreamContext,
    question: impl FnOnce(&mut Side<'_, TcpStream>) -> Result<A>,
) -> Result<A> {
    let table = target(schema, ctx)?;
    let mut side = Side::open(session, &table.schema, &table.name)?;
    let answer = question(&mut side)?;
    side.close()?;
    Ok(answer)
}

/// Deletes the rows of some keys and merges those of `input`, in one transaction. After an error the
/// session must be closed: that rolls back.
pub(crate) fn repair(
    session: &mut Session,
    schema: &str,
    method: LoadMethod,
    what: &Comparison,
    delete: &[Vec<String>],
    input: &mut Inbox,
) -> Result<RepairSummary> {
    let table = target(schema, &what.context)?;
    let doing = format!("repairing {table}");
    let conditions = ask(session, schema, &what.context, |side| side.conditions(what, delete))?;
    let mut summary = RepairSummary { inserted: 0, updated: 0, deleted: 0 };
    let run = |session: &mut Session, sql: &str| session.execute(sql).map_err(|e| errors::before_commit(&doing, e));
    run(session, "BEGIN")?;
    for condition in conditions {
        summary.deleted += run(session, &format!("DELETE FROM {table} WHERE {condition}"))?;
    }
    if let Some(first) = next(input)? {
        let columns = stage(session, &table, method, what, first, input)?;
        let merge = Merge { table: &table, what, columns };
        if let Some(update) = merge.update() {
            summary.updated = run(session, &update)?;
        }
        summary.inserted = run(session, &merge.insert())?;
    }
    session.execute("COMMIT").map_err(|e| errors::during_commit(&doing, e))?;
    Ok(summary)
}

/// Loads all of `input` into a temporary table; gives the columns that it has.
fn stage(
    session: &mut Session,
    table: &Table,
    method: LoadMethod,
    what: &Comparison,
    first: Vec<u8>,
    input: &mut Inbox,
) -> Result<Vec<String>> {
    let schema = schema_of(&first)?;
    let known = prepare::types_of(session, table, &schema)?;
    let existing = prepare::find(session, table)?;
    prepare::check(table, &schema, existing.as_ref())?;
    let columns = existing.map(|existing| existing.columns).unwrap_or_default();
    let plan = plan(table, &columns, &schema, &known, &what.context.policies.schema_evolution)?;
    let stage = Table { schema: "pg_temp".to_owned(), name: STAGE.to_owned() };
    let make = format!(
        "CREATE TEMPORARY TABLE {STAGE} ON COMMIT DROP AS SELECT {} FROM {table} WITH NO DATA",
        plan.column_list()
    );
    session.execute(&make).map_err(|e| errors::before_commit(&format!("making a stage for {table}"), e))?;
    let loaded = plan.columns.iter().map(|column| column.name.clone()).collect();
    let loading = Loading { target: table.clone(), table: stage, plan, fresh: true, changes: Vec::new() };
    let mut sink = sink::open(session, &loading, &schema, method, 0)?;
    let mut pending = Some(first);
    while let Some(ipc) = pending {
        let mut reader = Reader::new(&ipc)?;
        if *reader.schema() != schema {
            return Err(errors::schema(
                "dest.schema-changed",
                format!("the columns for {table} changed during a repair"),
            ));
        }
        while let Some(batch) = reader.next_batch()? {
            sink.rows(&batch, 0..batch.rows())?;
        }
        pending = next(input)?;
    }
    sink.finish()?;
    Ok(loaded)
}

/// The next batch; barriers mean nothing to a single transaction.
fn next(input: &mut Inbox) -> Result<Option<Vec<u8>>> {
    loop {
        match input.next().map_err(|error| error.commit_state(CommitState::BeforeCommit))? {
            None => return Ok(None),
            Some(Inbound::Batch(ipc)) => return Ok(Some(ipc)),
            Some(Inbound::Barrier(_)) => {}
        }
    }
}

fn schema_of(ipc: &[u8]) -> Result<Schema> {
    Ok(Reader::new(ipc).map_err(ConnectorError::from)?.schema().clone())
}

/// Moves the staged rows into the table by key, which needs no unique index. What only the table has in
/// its other columns stays as it is.
struct Merge<'a> {
    table: &'a Table,
    what: &'a Comparison,
    columns: Vec<String>,
}

impl Merge<'_> {
    fn is_key(&self, name: &str) -> bool {
        self.what.key.iter().any(|column| column.name == name)
    }

    fn same_key(&self) -> String {
        let equal = |column: &rapidbyte_sdk::types::ComparedColumn| {
            let name = quote_identifier(&column.name);
            format!("t.{name} = s.{name}")
        };
        let equals: Vec<String> = self.what.key.iter().map(equal).collect();
        equals.join(" AND ")
    }

    /// None for a table of keys only.
    fn update(&self) -> Option<String> {
        let set = |name: &String| {
            let name = quote_identifier(name);
            format!("{name} = s.{name}")
        };
        let sets: Vec<String> = self.columns.iter().filter(|name| !self.is_key(name)).map(set).collect();
        if sets.is_empty() {
            return None;
        }
        let (table, sets, same) = (self.table, sets.join(", "), self.same_key());
        Some(format!("UPDATE {table} AS t SET {sets} FROM pg_temp.{STAGE} AS s WHERE {same}"))
    }

    fn insert(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|name| quote_identifier(name)).collect();
        let (table, names, same) = (self.table, names.join(", "), self.same_key());
        format!(
            "INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM pg_temp.{STAGE} AS s \
             WHERE NOT EXISTS (SELECT FROM {table} AS t WHERE {same})"
        )
    }
}
