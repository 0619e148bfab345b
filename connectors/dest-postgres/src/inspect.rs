//! Looks whether streams could be written, without writing them.

use rapidbyte_pg::PgError;
use rapidbyte_sdk::arrow::{DataType, Field, Schema};
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::types::{ErrorCategory, StreamSchema, WriteMode};
use rapidbyte_sdk::{Finding, Result, StreamContext};

use crate::catalog::{look_up, Existing, Table};
use crate::changes::is_change_stream;
use crate::connector::Session;
use crate::plan::plan;
use crate::write::target;
use crate::{ddl, prepare, receipts, upsert};

/// What `validate` finds.
pub(crate) fn inspect(session: &mut Session, schema: &str, streams: &[StreamContext]) -> Result<Vec<Finding>> {
    let version = session.parameter("server_version").unwrap_or("unknown").to_owned();
    let mut findings = vec![Finding::ok(None, "dest.connected", format!("connected to PostgreSQL {version}"))];
    let can_create = inspect_schema(session, schema, &mut findings)?;
    inspect_receipts(session, schema, can_create, &mut findings)?;
    let mut seen: Vec<(Table, &str)> = Vec::new();
    for ctx in streams {
        let table = match target(schema, ctx) {
            Ok(table) => table,
            Err(error) => {
                findings.push(Finding::error(Some(&ctx.name), &error.code, error.message));
                continue;
            }
        };
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == table) {
            let message = format!("the streams {other} and {} would both be written to {table}", ctx.name);
            findings.push(Finding::error(Some(&ctx.name), "dest.table-named-twice", message));
        }
        findings.push(inspect_table(session, &table, ctx, can_create)?);
        seen.push((table, &ctx.name));
    }
    Ok(findings)
}

/// Whether tables can be created in the schema.
fn inspect_schema(
    session: &mut Session,
    schema: &str,
    findings: &mut Vec<Finding>,
) -> std::result::Result<bool, PgError> {
    let rights = session.query(
        "SELECT pg_catalog.has_schema_privilege(n.oid, 'CREATE')::text FROM pg_catalog.pg_namespace n \
         WHERE n.nspname = $1",
        &[Some(schema)],
    )?;
    let name = quote_identifier(schema);
    if let Some(right) = rights.single() {
        let can_create = right == "true";
        findings.push(if can_create {
            Finding::ok(None, "dest.schema", format!("the schema {name} exists and takes new tables"))
        } else {
            let message = format!("the schema {name} exists, but this role may not create tables in it");
            Finding::warning(None, "dest.schema-not-writable", message)
        });
        return Ok(can_create);
    }
    let rights = "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')::text";
    let can_create = session.simple_query(rights)?.single() == Some("true");
    findings.push(if can_create {
        Finding::ok(None, "dest.schema", format!("the schema {name} is missing and will be created"))
    } else {
        let message = format!("the schema {name} is missing, and this role may not create one; create it, or grant CREATE on the database");
        Finding::error(None, "dest.schema-not-found", message)
    });
    Ok(can_create)
}

/// Whether the stream could be written, and what would be changed for it.
fn inspect_table(session: &mut Session, table: &Table, ctx: &StreamContext, can_create: bool) -> Result<Finding> {
    let stream = Some(ctx.name.as_str());
    let existing = look_up(session, table)?;
    if existing.is_none() && !can_create {
        let message = format!("{table} is missing, and this role may not create it");
        return Ok(Finding::error(stream, "dest.table-not-creatable", message));
    }
    if existing.as_ref().is_some_and(|found| !found.is_table()) {
        let message = format!("{table} exists, but is no table");
        return Ok(Finding::error(stream, "dest.not-a-table", message));
    }
    if let Some(found) = &existing {
        let rights =
            session.query("SELECT pg_catalog.has_table_privilege($1::oid, 'INSERT')::text", &[Some(&found.oid)])?;
        if rights.single() != Some("true") {
            let message = format!("this role may not insert into {table}; grant it INSERT, or use another role");
            return Ok(Finding::error(stream, "dest.permission-denied", message));
        }
    }
    let mut message = match existing {
        Some(_) => format!("{table} exists and can be written to"),
        None => format!("{table} is missing and will be created"),
    };
    match changes(session, table, existing.as_ref(), ctx) {
        Ok(changes) => {
            for statement in changes {
                message += &format!("; the run will do: {statement}");
            }
            Ok(Finding::ok(stream, "dest.table", message))
        }
        Err(error) if matches!(error.category, ErrorCategory::Schema | ErrorCategory::Config) => {
            Ok(Finding::error(stream, &error.code, error.message))
        }
        Err(error) => Err(error),
    }
}

/// What a run would do to the table's definition, as far as the stream's columns are known.
fn changes(
    session: &mut Session,
    table: &Table,
    existing: Option<&Existing>,
    ctx: &StreamContext,
) -> Result<Vec<String>> {
    // A stream of changes has more columns than the table that it is discovered as.
    let known = ctx.schema.as_ref().filter(|_| !is_change_stream(ctx));
    let Some(schema) = known.and_then(as_arrow) else { return Ok(Vec::new()) };
    let known = prepare::types_of(session, table, &schema)?;
    prepare::check(table, &schema, existing)?;
    let key = match ctx.write_mode {
        WriteMode::Upsert => upsert::key(table, &schema, ctx)?,
        WriteMode::Append | WriteMode::Replace => ddl::primary_key(&schema, &ctx.primary_key)?,
    };
    let Some(existing) = existing else {
        let mut statements = vec![ddl::creation(table, &schema, &known)];
        statements.extend(ddl::key_addition(table, &key));
        return Ok(statements);
    };
    let mut plan = plan(table, &existing.columns, &schema, &known, &ctx.policies.schema_evolution)?;
    if ctx.write_mode == WriteMode::Upsert {
        upsert::check_key(session, table, &key, &plan)?;
    }
    let additions = std::mem::take(&mut plan.additions);
    Ok(if additions.is_empty() { Vec::new() } else { vec![ddl::addition(table, &additions)] })
}

/// The schema that the stream's batches will have; none if a type is not one that batches have.
fn as_arrow(schema: &StreamSchema) -> Option<Schema> {
    let field = |column: &rapidbyte_sdk::types::Column| {
        let data_type = data_type(&column.arrow_type)?;
        Some(Field::new(column.name.as_str(), data_type, column.nullable).with_native_type(&column.native_type))
    };
    let fields: Option<Vec<Field>> = schema.columns.iter().map(field).collect();
    let key: Vec<&str> = schema.primary_key.iter().map(String::as_str).collect();
    Some(Schema::new(fields?).with_primary_key(&key))
}

/// Reads what `DataType` prints.
fn data_type(text: &str) -> Option<DataType> {
    let (name, arguments) = text.split_once('(').unwrap_or((text, ")"));
    let mut arguments = arguments.strip_suffix(')')?.split(',').map(str::trim);
    let read = match name {
        "decimal128" => {
            DataType::Decimal128 { precision: arguments.next()?.parse().ok()?, scale: arguments.next()?.parse().ok()? }
        }
        "fixed_size_binary" => DataType::FixedSizeBinary(arguments.next()?.parse().ok()?),
        "timestamp" => DataType::TimestampMicros { zone: arguments.nth(1).map(Into::into) },
        "boolean" => DataType::Boolean,
        "int16" => DataType::Int16,
        "int32" => DataType::Int32,
        "int64" => DataType::Int64,
        "float32" => DataType::Float32,
        "float64" => DataType::Float64,
        "utf8" => DataType::Utf8,
        "binary" => DataType::Binary,
        "date32" => DataType::Date32,
        "time64" => DataType::Time64Micros,
        _ => return None,
    };
    (read.to_string() == text).then_some(read)
}

/// Whether receipts can be kept.
fn inspect_receipts(session: &mut Session, schema: &str, can_create: bool, findings: &mut Vec<Finding>) -> Result<()> {
    let table = receipts::table(schema);
    let message = match look_up(session, &table)? {
        None if can_create => return Ok(()),
        None => format!("the table {table} is missing, and this role may not create it"),
        Some(found) => {
            let rights = session.query(
                "SELECT bool_and(pg_catalog.has_table_privilege($1::oid, r))::text FROM unnest('{SELECT,INSERT,UPDATE}'::text[]) r",
                &[Some(&found.oid)],
            )?;
            if rights.single() != Some("true") {
                format!("this role may not use {table}; grant it SELECT, INSERT and UPDATE")
            } else if lacks_columns(session, &table)? {
                format!("an earlier version made {table}, and its owner has to run: {}", receipts::addition(&table))
            } else {
                return Ok(());
            }
        }
    };
    let message = format!("{message}; Rapidbyte records there how far it has written each stream");
    findings.push(Finding::error(None, "dest.receipts-not-writable", message));
    Ok(())
}

/// Whether the table of receipts has to be altered, and this role may not do so.
fn lacks_columns(session: &mut Session, table: &Table) -> Result<bool> {
    if receipts::form(session, table)? != receipts::Form::Earlier {
        return Ok(false);
    }
    let owns = session.query(
        "SELECT pg_catalog.pg_has_role(relowner, 'USAGE')::text FROM pg_catalog.pg_class WHERE oid = $1::text::regclass",
        &[Some(&table.to_string())],
    )?;
    Ok(owns.single() != Some("true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_they_are_printed() {
        let types = [
            DataType::Boolean,
            DataType::Int64,
            DataType::Decimal128 { precision: 38, scale: -2 },
            DataType::FixedSizeBinary(16),
            DataType::Time64Micros,
            DataType::timestamp(),
            DataType::timestamp_utc(),
        ];
        for one in types {
            assert_eq!(data_type(&one.to_string()), Some(one));
        }
        for other in ["", "int65", "decimal128", "timestamp(ns)", "int64(1)"] {
            assert_eq!(data_type(other), None, "{other}");
        }
    }
}
