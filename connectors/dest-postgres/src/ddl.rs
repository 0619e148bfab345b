//! Statements that make schemas, tables and columns.

use rapidbyte_pg::PgError;
use rapidbyte_sdk::arrow::Schema;
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::Result;

use crate::catalog::{Column, Table};
use crate::connector::Session;
use crate::errors;
use crate::types::{type_for, KnownTypes};

/// Waits until nobody else changes this table's definition; held to the end of the transaction (I22).
pub(crate) fn lock_definition(session: &mut Session, table: &Table) -> std::result::Result<(), PgError> {
    session.execute(&format!("SELECT pg_advisory_xact_lock({})", table.lock_key("definition"))).map(drop)
}

/// Makes the schema where it is missing. Looks first: `IF NOT EXISTS` alone needs the right to create.
pub(crate) fn create_schema(session: &mut Session, schema: &str) -> std::result::Result<(), PgError> {
    let found = session.query("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", &[Some(schema)])?;
    if found.is_empty() {
        session.execute(&format!("CREATE SCHEMA IF NOT EXISTS {}", quote_identifier(schema)))?;
    }
    Ok(())
}

/// Makes the table with the stream's columns, NOT NULL included, but without its key (I28). `target` is the table that
/// the stream's rows end in, which is the one that people know.
pub(crate) fn create_table(
    session: &mut Session,
    table: &Table,
    target: &Table,
    schema: &Schema,
    known: &KnownTypes,
) -> Result<()> {
    for field in &schema.fields {
        let wanted = type_for(field, known);
        if let Some(lost) = wanted.lost {
            rapidbyte_sdk::warn!(
                "{target}: the destination has no type {lost}, so the column {} is {}",
                quote_identifier(&field.name),
                wanted.sql
            );
        }
    }
    let sql = creation(table, schema, known);
    session.execute(&sql).map_err(|e| errors::before_commit(&format!("creating the table {table}"), e))?;
    Ok(())
}

/// The statement that makes the table.
pub(crate) fn creation(table: &Table, schema: &Schema, known: &KnownTypes) -> String {
    let column = |field: &rapidbyte_sdk::arrow::Field| {
        let required = if field.nullable { "" } else { " NOT NULL" };
        format!("{} {}{required}", quote_identifier(&field.name), type_for(field, known).sql)
    };
    let columns: Vec<String> = schema.fields.iter().map(column).collect();
    format!("CREATE TABLE {table} ({})", columns.join(", "))
}

/// The statement that would make a table of these columns.
pub(crate) fn definition(table: &Table, columns: &[Column]) -> String {
    let column = |column: &Column| {
        let required = if column.not_null { " NOT NULL" } else { "" };
        format!("{} {}{required}", quote_identifier(&column.name), column.type_name)
    };
    let columns: Vec<String> = columns.iter().map(column).collect();
    format!("CREATE TABLE {table} ({})", columns.join(", "))
}

/// The statement that adds columns, which may be null: the rows that are there have no value for them.
pub(crate) fn addition(table: &Table, additions: &[(String, String)]) -> String {
    let clauses: Vec<String> = additions
        .iter()
        .map(|(name, sql_type)| format!("ADD COLUMN IF NOT EXISTS {} {sql_type}", quote_identifier(name)))
        .collect();
    format!("ALTER TABLE {table} {}", clauses.join(", "))
}

/// Gives the table its key. `key` is empty where there is none.
pub(crate) fn add_primary_key(session: &mut Session, table: &Table, key: &[String]) -> Result<()> {
    let Some(sql) = key_addition(table, key) else { return Ok(()) };
    let doing = format!("making the primary key of {table}");
    session.execute(&sql).map(drop).map_err(|e| errors::before_commit(&doing, e))
}

/// The statement that gives the table its key.
pub(crate) fn key_addition(table: &Table, key: &[String]) -> Option<String> {
    let columns: Vec<String> = key.iter().map(|name| quote_identifier(name)).collect();
    (!key.is_empty()).then(|| format!("ALTER TABLE {table} ADD PRIMARY KEY ({})", columns.join(", ")))
}

/// Adds columns; see [`addition`].
pub(crate) fn add_columns(session: &mut Session, table: &Table, additions: &[(String, String)]) -> Result<()> {
    if additions.is_empty() {
        return Ok(());
    }
    let doing = format!("adding columns to {table}");
    session.execute(&addition(table, additions)).map(drop).map_err(|e| errors::before_commit(&doing, e))
}

/// The key to create: the pipeline's, else the source's. All its columns must be in the stream.
pub(crate) fn primary_key(schema: &Schema, configured: &[String]) -> Result<Vec<String>> {
    let of_source =
        || schema.primary_key().map_err(|e| errors::schema("dest.bad-batch", format!("the stream's key: {e}")));
    if configured.is_empty() {
        // A projection may have left a key column out; then the rows have no key.
        let key = of_source()?;
        let whole = key.iter().all(|name| schema.fields.iter().any(|field| field.name == *name));
        return Ok(if whole { key } else { Vec::new() });
    }
    match configured.iter().find(|name| !schema.fields.iter().any(|field| field.name == **name)) {
        None => Ok(configured.to_vec()),
        Some(name) => Err(errors::schema(
            "dest.key-column-not-found",
            format!("primary_key names the column {}, which the stream does not have", quote_identifier(name)),
        )),
    }
}
