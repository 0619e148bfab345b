//! Looks whether streams could be written, without writing them.

use rapidbyte_pg::PgError;
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::{Finding, Result, StreamContext};

use crate::catalog::{look_up, Table};
use crate::connector::Session;
use crate::write::target;

/// What `validate` finds.
pub(crate) fn inspect(session: &mut Session, schema: &str, streams: &[StreamContext]) -> Result<Vec<Finding>> {
    let version = session.parameter("server_version").unwrap_or("unknown").to_owned();
    let mut findings = vec![Finding::ok(None, "dest.connected", format!("connected to PostgreSQL {version}"))];
    let can_create = inspect_schema(session, schema, &mut findings)?;
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

fn inspect_table(
    session: &mut Session,
    table: &Table,
    ctx: &StreamContext,
    can_create: bool,
) -> std::result::Result<Finding, PgError> {
    let stream = Some(ctx.name.as_str());
    let Some(existing) = look_up(session, table)? else {
        return Ok(if can_create {
            Finding::ok(stream, "dest.table", format!("{table} is missing and will be created"))
        } else {
            let message = format!("{table} is missing, and this role may not create it");
            Finding::error(stream, "dest.table-not-creatable", message)
        });
    };
    if !existing.is_table() {
        let message = format!("{table} exists, but is no table");
        return Ok(Finding::error(stream, "dest.not-a-table", message));
    }
    let rights =
        session.query("SELECT pg_catalog.has_table_privilege($1::oid, 'INSERT')::text", &[Some(&existing.oid)])?;
    Ok(if rights.single() == Some("true") {
        Finding::ok(stream, "dest.table", format!("{table} exists and can be written to"))
    } else {
        let message = format!("this role may not insert into {table}; grant it INSERT, or use another role");
        Finding::error(stream, "dest.permission-denied", message)
    })
}
