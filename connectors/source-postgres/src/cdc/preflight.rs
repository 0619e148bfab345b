//! What a server must have before changes can be read from it, each with the statement that mends it.

use rapidbyte_pg::{Client, Transport};
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::{Finding, Result, StreamContext};

use super::slot::{self, Coverage, Names, Retained, Slot};
use super::table::{Changeable, Identity};
use crate::config::Config;
use crate::stream::{Refusal, Selection};

const SERVER: &str = "
SELECT current_setting('wal_level'), pg_is_in_recovery(), current_user,
       EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = current_user AND (r.rolsuper OR r.rolreplication))
       OR EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = 'rds_replication'
                  AND pg_has_role(current_user, r.oid, 'MEMBER')),
       (SELECT count(*) FROM pg_catalog.pg_replication_slots) < current_setting('max_replication_slots')::int,
       current_setting('max_replication_slots')";

const MAY_PUBLISH: &str = "
SELECT pg_has_role(current_user, c.relowner, 'USAGE'), has_database_privilege(current_database(), 'CREATE')
FROM pg_catalog.pg_class c WHERE c.oid = $1::oid";

/// All that there is to say of a stream.
pub fn findings<T: Transport>(
    client: &mut Client<T>,
    config: &Config,
    names: &Names,
    ctx: &StreamContext,
    found: Result<(Selection, Changeable), Vec<Refusal>>,
) -> Result<Vec<Finding>> {
    let mut report = Report { stream: &ctx.name, findings: Vec::new() };
    server(client, &mut report)?;
    let (selection, changeable) = match found {
        Ok(found) => found,
        Err(refusals) => {
            refusals.into_iter().for_each(|refusal| report.refuse(refusal));
            return Ok(report.findings);
        }
    };
    let relation = &selection.table.relation;
    let identity = match &changeable.identity {
        Identity::Full => "all columns of".to_owned(),
        Identity::Columns(columns) => format!("({}) of", columns.join(", ")),
    };
    let message = format!(
        "changes of table {}.{}, {} columns; the server logs {identity} rows that are updated or deleted",
        relation.schema,
        relation.name,
        selection.columns.len()
    );
    report.findings.push(Finding::ok(Some(report.stream), "pg.readable", message));
    publication(client, names, &selection, &mut report)?;
    slot_of(client, config, &names.slot, &mut report)?;
    Ok(report.findings)
}

struct Report<'a> {
    stream: &'a str,
    findings: Vec<Finding>,
}

impl Report<'_> {
    fn error(&mut self, code: &str, message: String) {
        self.findings.push(Finding::error(Some(self.stream), code, message));
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.error(refusal.code, refusal.message);
    }
}

fn server<T: Transport>(client: &mut Client<T>, report: &mut Report<'_>) -> Result<()> {
    let rows = client.simple_query(SERVER)?;
    let row = rows.row(0);
    let level = row.text(0)?;
    if level != "logical" {
        let message = format!(
            "wal_level is {level}, and changes are logged from logical on; run on the source: ALTER SYSTEM SET wal_level = \
             'logical'; then restart it"
        );
        report.error("pg.wal-level", message);
    }
    if row.bool(1)? {
        report.error("pg.standby", "the server is a standby; read changes from its primary".to_owned());
    }
    if !row.bool(3)? {
        let user = quote_identifier(row.text(2)?);
        let message = format!(
            "the role {user} may not read the log; let a superuser run on the source: ALTER ROLE {user} REPLICATION"
        );
        report.error("pg.no-replication-role", message);
    }
    Ok(())
}

fn publication<T: Transport>(
    client: &mut Client<T>,
    names: &Names,
    selection: &Selection,
    report: &mut Report<'_>,
) -> Result<()> {
    let (relation, publication) = (&selection.table.relation, &names.publication);
    let (schema, table) = (relation.schema.as_str(), relation.name.as_str());
    let coverage = slot::coverage(client, publication, relation)?;
    let name = quote_identifier(publication);
    let missing = match &coverage {
        Some(coverage) => {
            published(coverage, &name, report);
            (!coverage.has_table).then(|| slot::added(publication, schema, table))
        }
        None => Some(slot::created(publication, schema, table)),
    };
    let Some(sql) = missing else { return Ok(()) };
    let rights = client.query(MAY_PUBLISH, &[Some(&relation.oid)])?;
    let (is_owner, may_create) = (rights.row(0).bool(0)?, rights.row(0).bool(1)?);
    if is_owner && (may_create || coverage.is_some()) {
        let message = format!("the first run will publish the table: {sql}");
        report.findings.push(Finding::ok(Some(report.stream), "pg.publication", message));
    } else {
        let message = format!("the publication {name} lacks the table; let a role that owns it run on the source: {sql}");
        report.error("pg.publication-lacks-table", message);
    }
    Ok(())
}

fn published(coverage: &Coverage, name: &str, report: &mut Report<'_>) {
    if !coverage.is_complete {
        let message = format!(
            "the publication {name} leaves some kinds of changes out; run on the source: ALTER PUBLICATION {name} SET (publish = \
             'insert, update, delete, truncate')"
        );
        report.error("pg.publication-incomplete", message);
    }
    if coverage.filters {
        let message = format!(
            "the publication {name} filters the table's rows or columns, so that changes would be missing; set publication to \
             another name, or add the table to it without a filter"
        );
        report.error("pg.publication-filters", message);
    }
}

fn slot_of<T: Transport>(
    client: &mut Client<T>,
    config: &Config,
    name: &str,
    report: &mut Report<'_>,
) -> Result<()> {
    let Some(slot) = Slot::find(client, name)? else {
        let rows = client.simple_query(SERVER)?;
        if rows.row(0).bool(4)? {
            let message = format!("the first run will make the replication slot {name}");
            report.findings.push(Finding::ok(Some(report.stream), "pg.slot", message));
        } else {
            let most = rows.row(0).text(5)?;
            let message = format!(
                "all {most} replication slots are taken; drop one that nobody reads (pg_replication_slots shows them), or run \
                 on the source: ALTER SYSTEM SET max_replication_slots = … and restart it"
            );
            report.error("pg.no-free-slot", message);
        }
        return Ok(());
    };
    if let Some(refusal) = slot.refusal(name) {
        report.refuse(refusal);
        return Ok(());
    }
    let (retained, message) = slot.retained(name, config);
    let stream = Some(report.stream);
    report.findings.push(match retained {
        Retained::Little => Finding::ok(stream, "pg.slot", message),
        Retained::Much => Finding::warning(stream, "pg.slot-retains", message),
        Retained::OverLimit => Finding::error(stream, "pg.slot-over-limit", message),
    });
    if slot.is_active {
        let message = format!("the replication slot {name} is being read from at this moment");
        report.findings.push(Finding::warning(Some(report.stream), "pg.slot-active", message));
    }
    Ok(())
}
