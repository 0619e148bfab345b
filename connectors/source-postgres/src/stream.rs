//! From a stream as the pipeline names it to a table and columns that exist and may be read.

use rapidbyte_pg::{nearest, Client, Transport};
use rapidbyte_sdk::types::ErrorCategory;
use rapidbyte_sdk::{ConnectorError, Result, StreamContext, StreamName};

use crate::catalog::{self, CatalogColumn, Scope, Table};

/// A reason why a stream cannot be read.
#[derive(Debug)]
pub struct Refusal {
    category: ErrorCategory,
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub fn new(category: ErrorCategory, code: &'static str, message: String) -> Refusal {
        Refusal { category, code, message }
    }

    pub fn config(code: &'static str, message: String) -> Refusal {
        Refusal::new(ErrorCategory::Config, code, message)
    }
}

impl From<Refusal> for ConnectorError {
    fn from(refusal: Refusal) -> ConnectorError {
        ConnectorError::new(refusal.category, refusal.code, refusal.message)
    }
}

/// A table and what is to be read of it.
#[derive(Debug)]
pub struct Selection {
    pub table: Table,
    /// In the order in which they are to be read.
    pub columns: Vec<CatalogColumn>,
}

/// Looks a stream up. The inner error holds everything that is wrong with it, never nothing.
pub fn select<T: Transport>(
    client: &mut Client<T>,
    default_schema: &str,
    ctx: &StreamContext,
) -> Result<Result<Selection, Vec<Refusal>>> {
    let name = match StreamName::parse(&ctx.name) {
        Ok(name) => name,
        Err(error) => return Ok(Err(vec![Refusal::new(error.category, "pg.bad-stream-name", error.message)])),
    };
    let schema = name.schema.as_deref().unwrap_or(default_schema);
    let mut refusals = unsupported(ctx);
    let scope = Scope::One { schema, table: &name.table };
    let table = match catalog::tables(client, &scope)?.pop() {
        Some(table) => table,
        None => {
            refusals.push(missing(client, schema, &name.table)?);
            return Ok(Err(refusals));
        }
    };
    let columns = pick_columns(&table, ctx, &mut refusals);
    check_rights(&table, &columns, &mut refusals);
    Ok(if refusals.is_empty() { Ok(Selection { table, columns }) } else { Err(refusals) })
}

/// What this source cannot do yet; never passed over in silence.
fn unsupported(ctx: &StreamContext) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut refuse = |code, what: &str| {
        let message = format!("stream {}: {what} is not supported yet", ctx.name);
        refusals.push(Refusal::new(ErrorCategory::Config, code, message));
    };
    if ctx.partition.as_ref().is_some_and(|partition| partition.count > 1) {
        refuse("pg.unsupported-partition", "reading a table in slices");
    }
    refusals
}

fn missing<T: Transport>(client: &mut Client<T>, schema: &str, table: &str) -> Result<Refusal> {
    let known = catalog::relations(client, &Scope::Schemas(&[schema]))?;
    if known.is_empty() {
        let schemas = client.simple_query("SELECT nspname FROM pg_catalog.pg_namespace")?;
        let names: Vec<&str> = schemas.iter().filter_map(|row| row.get(0)).collect();
        if !names.contains(&schema) {
            let message = format!("there is no schema {schema:?} in this database{}", hint(nearest(schema, names)));
            return Ok(Refusal::new(ErrorCategory::Schema, "pg.schema-not-found", message));
        }
    }
    let near = nearest(table, known.iter().map(|relation| relation.name.as_str()));
    let message = format!("there is no table {table:?} in schema {schema:?}{}", hint(near));
    Ok(Refusal::new(ErrorCategory::Schema, "pg.table-not-found", message))
}

fn pick_columns(table: &Table, ctx: &StreamContext, refusals: &mut Vec<Refusal>) -> Vec<CatalogColumn> {
    let Some(selected) = &ctx.selected_columns else { return table.columns.clone() };
    if selected.is_empty() {
        let message = format!(
            "stream {}: `columns` is an empty list; name the columns to read, or leave the key out to read all",
            ctx.name
        );
        refusals.push(Refusal::new(ErrorCategory::Config, "pg.no-columns", message));
    }
    let mut picked: Vec<CatalogColumn> = Vec::with_capacity(selected.len());
    for name in selected {
        match table.columns.iter().find(|column| column.name == *name) {
            Some(column) if picked.iter().any(|other| other.name == column.name) => {
                let message = format!("stream {}: column {name:?} is selected twice", ctx.name);
                refusals.push(Refusal::new(ErrorCategory::Config, "pg.column-selected-twice", message));
            }
            Some(column) => picked.push(column.clone()),
            None => refusals.push(column_not_found(table, ctx, "", name)),
        }
    }
    picked
}

/// `key` is the setting that names the column, if the message is to say so.
pub fn column_not_found(table: &Table, ctx: &StreamContext, key: &str, name: &str) -> Refusal {
    let near = nearest(name, table.columns.iter().map(|column| column.name.as_str()));
    let message = format!("{key}table {} has no column {name:?}{}", ctx.name, hint(near));
    Refusal::new(ErrorCategory::Schema, "pg.column-not-found", message)
}

fn check_rights(table: &Table, columns: &[CatalogColumn], refusals: &mut Vec<Refusal>) {
    let relation = &table.relation;
    let mut refuse = |message: String| {
        refusals.push(Refusal::new(ErrorCategory::Permission, "pg.permission-denied", message));
    };
    if !relation.can_use_schema {
        return refuse(format!(
            "no right to use schema {0:?}; grant it: GRANT USAGE ON SCHEMA {0:?} TO …",
            relation.schema
        ));
    }
    if relation.can_select {
        return;
    }
    let hidden: Vec<String> =
        columns.iter().filter(|column| !column.can_select).map(|column| format!("{:?}", column.name)).collect();
    let place = format!("{:?}.{:?}", relation.schema, relation.name);
    if hidden.len() == columns.len() {
        refuse(format!("no right to read table {place}; grant it: GRANT SELECT ON {place} TO …"));
    } else if !hidden.is_empty() {
        let hidden = hidden.join(", ");
        refuse(format!("no right to read {hidden} of table {place}; grant it, or name the other columns in `columns`"));
    }
}

fn hint(near: Option<&str>) -> String {
    near.map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}
