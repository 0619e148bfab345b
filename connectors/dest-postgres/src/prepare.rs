//! From a stream's schema to a table that its rows can be loaded into.

use rapidbyte_pg::TransactionStatus;
use rapidbyte_sdk::arrow::Schema;
use rapidbyte_sdk::types::{CommitState, WriteMode};
use rapidbyte_sdk::{host, Result, StreamContext};

use crate::catalog::{look_up, Existing, Table};
use crate::connector::Session;
use crate::locks::Writers;
use crate::plan::{plan, Plan};
use crate::types::{known_types, KnownTypes};
use crate::{changes, ddl, errors, steps};

/// Where a stream is loaded to, and how.
pub(crate) struct Loading {
    /// The stream's own table, for messages.
    pub(crate) target: Table,
    /// The table that rows go into: that one, a shadow of it, or a stage for it.
    pub(crate) table: Table,
    pub(crate) plan: Plan,
    /// Whether this transaction made the table, so that nobody else can see it.
    pub(crate) fresh: bool,
    /// Statements that this transaction has altered the stream's own table with.
    pub(crate) changes: Vec<String>,
}

/// Refuses what is no table, and streams that have no columns.
pub(crate) fn check(table: &Table, schema: &Schema, existing: Option<&Existing>) -> Result<()> {
    if schema.fields.is_empty() {
        return Err(errors::schema(
            "dest.no-columns",
            format!("the stream for {table} has no columns; select at least one"),
        ));
    }
    for (index, field) in schema.fields.iter().enumerate() {
        if schema.fields[..index].iter().any(|other| other.name == field.name) {
            return Err(errors::schema(
                "dest.duplicate-column",
                format!("the stream for {table} has two columns {:?}", field.name),
            ));
        }
    }
    existing.map_or(Ok(()), |found| check_kind(table, found))
}

/// Refuses what is no table.
pub(crate) fn check_kind(table: &Table, found: &Existing) -> Result<()> {
    if found.is_table() {
        return Ok(());
    }
    Err(errors::schema(
        "dest.not-a-table",
        format!("{table} is a {}, and rows can only be written to a table", kind_name(&found.kind)),
    ))
}

fn kind_name(kind: &str) -> &'static str {
    match kind {
        "v" => "view",
        "m" => "materialized view",
        "f" => "foreign table",
        "S" => "sequence",
        "i" | "I" => "index",
        "c" => "composite type",
        _ => "relation of another kind",
    }
}

/// What this server knows of the stream's types. To be called before the table is locked.
pub(crate) fn types_of(session: &mut Session, table: &Table, schema: &Schema) -> Result<KnownTypes> {
    known_types(session, &schema.fields)
        .map_err(|e| errors::before_commit(&format!("looking up the types of the columns of {table}"), e))
}

/// Finds the table, or nothing.
pub(crate) fn find(session: &mut Session, table: &Table) -> Result<Option<Existing>> {
    look_up(session, table).map_err(|e| errors::before_commit(&format!("looking up the table {table}"), e))
}

/// Makes the table for appending, or mends it, and plans the load. What it has to change it changes in
/// a transaction of its own, so that no lock on the definition is held while rows arrive; only
/// where rows are under way already does the change belong to them.
pub(crate) fn for_append(
    session: &mut Session,
    table: &Table,
    schema: &Schema,
    known: &KnownTypes,
    ctx: &StreamContext,
) -> Result<Loading> {
    let existing = find(session, table)?;
    check(table, schema, existing.as_ref())?;
    if let Some(existing) = existing {
        let plan = plan(table, &existing.columns, schema, known, &ctx.policies.schema_evolution)?;
        if plan.additions.is_empty() {
            return Ok(Loading { target: table.clone(), table: table.clone(), plan, fresh: false, changes: Vec::new() });
        }
    }
    let alone = session.transaction_status() == TransactionStatus::Idle;
    let doing = format!("preparing the table {table}");
    let failed = |e| errors::before_commit(&doing, e);
    if alone {
        Writers::of(&table.schema, ctx).begin(session).map_err(failed)?;
    }
    ddl::lock_definition(session, table).map_err(failed)?;
    let existing = find(session, table)?;
    check(table, schema, existing.as_ref())?;
    let mut changes = Vec::new();
    if existing.is_none() {
        ddl::create_table(session, table, table, schema, known)?;
        changes.push(ddl::creation(table, schema, known));
        // A log of changes has several rows of one key.
        if !is_log(ctx) {
            let key = ddl::primary_key(schema, &ctx.primary_key)?;
            ddl::add_primary_key(session, table, &key)?;
            changes.extend(ddl::key_addition(table, &key));
        }
    }
    let plan = settle(session, table, table, schema, known, ctx)?;
    if !plan.additions.is_empty() {
        changes.push(ddl::addition(table, &plan.additions));
    }
    if alone {
        session.execute("COMMIT").map_err(failed)?;
    }
    steps::reached(steps::TABLE_CREATED);
    if alone {
        for change in changes.drain(..) {
            host::schema_changed(&change).map_err(|error| error.commit_state(CommitState::BeforeCommit))?;
        }
    }
    Ok(Loading { target: table.clone(), table: table.clone(), plan, fresh: false, changes })
}

/// Whether changes are kept as they come, instead of being applied.
fn is_log(ctx: &StreamContext) -> bool {
    changes::is_change_stream(ctx) && ctx.write_mode == WriteMode::Append
}

/// Plans the load of a table that is there, adding the columns that it lacks; the plan names them. `target` is the table
/// that the rows end in, for messages.
pub(crate) fn settle(
    session: &mut Session,
    table: &Table,
    target: &Table,
    schema: &Schema,
    known: &KnownTypes,
    ctx: &StreamContext,
) -> Result<Plan> {
    let planned = plan_now(session, table, target, schema, known, ctx)?;
    if planned.additions.is_empty() {
        return Ok(planned);
    }
    ddl::add_columns(session, table, &planned.additions)?;
    let settled = plan_now(session, table, target, schema, known, ctx)?;
    Ok(Plan { additions: planned.additions, ..settled })
}

fn plan_now(
    session: &mut Session,
    table: &Table,
    target: &Table,
    schema: &Schema,
    known: &KnownTypes,
    ctx: &StreamContext,
) -> Result<Plan> {
    let existing = find(session, table)?
        .ok_or_else(|| errors::schema("dest.table-vanished", format!("{table} was dropped while it was prepared")))?;
    plan(target, &existing.columns, schema, known, &ctx.policies.schema_evolution)
}
