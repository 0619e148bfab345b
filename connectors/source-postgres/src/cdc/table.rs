//! Whether a table's changes can be read, and how the log names its rows.

use rapidbyte_pg::{Client, Transport};
use rapidbyte_sdk::types::{ErrorCategory, WriteMode};
use rapidbyte_sdk::{Result, StreamContext};

use crate::catalog::{self, Kind};
use crate::stream::{Refusal, Selection};

/// What the log tells of the rows that were there before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// All of their columns.
    Full,
    /// These columns; none identify nothing.
    Columns(Vec<String>),
}

/// Of a table whose changes are to be read.
#[derive(Debug)]
pub struct Changeable {
    pub identity: Identity,
    /// The columns that tell rows apart: the pipeline's, else the table's primary key; empty where
    /// there are none.
    pub key: Vec<String>,
}

/// Columns that a stream of changes has behind those of its table.
pub mod column {
    pub const OPERATION: &str = "_rb_op";
    pub const LSN: &str = "_rb_lsn";
    pub const COMMITTED_AT: &str = "_rb_commit_ts";
    pub const NUMBER: &str = "_rb_seq";
    pub const UNCHANGED: &str = "_rb_unchanged";

    pub const ALL: [&str; 5] = [OPERATION, LSN, COMMITTED_AT, NUMBER, UNCHANGED];
}

const FACTS: &str = "
SELECT c.relpersistence, c.relreplident,
       (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped AND a.attname = ANY ($2::text[])),
       coalesce((SELECT json_agg(a.attname)
        FROM pg_index i
        CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE i.indrelid = c.oid AND k.place <= i.indnkeyatts
          AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END), '[]')
FROM pg_class c WHERE c.oid = $1::oid";

/// Looks at a table. The inner error holds everything that stands against reading its changes, never nothing.
pub fn look<T: Transport>(
    client: &mut Client<T>,
    selection: &Selection,
    ctx: &StreamContext,
) -> Result<Result<Changeable, Vec<Refusal>>> {
    let relation = &selection.table.relation;
    let selected: Vec<&str> = selection.columns.iter().map(|column| column.name.as_str()).collect();
    let rows = client.query(FACTS, &[Some(&relation.oid), Some(&catalog::array(&selected))])?;
    let row = rows.row(0);
    let identity = match row.text(1)? {
        "f" => Identity::Full,
        _ => Identity::Columns(serde_json::from_str(row.text(3)?).unwrap_or_default()),
    };
    let mut refusals = Vec::new();
    let mut refuse = |category, code, what: String| {
        refusals.push(Refusal::new(category, code, format!("stream {}: {what}", ctx.name)));
    };
    let table = selection.table.sql();
    if relation.kind != Kind::Table || relation.has_heirs || row.text(0)? != "p" {
        let what = format!(
            "changes are read of ordinary tables that are logged and that no other table inherits from, and {table} is none; \
             name a partitioned table's partitions, or use another sync_mode"
        );
        refuse(ErrorCategory::Config, "pg.cdc-unsupported-table", what);
    }
    if let Some(generated) = row.get(2) {
        let what = format!("the server does not log the generated column {generated}; name the others in `columns`");
        refuse(ErrorCategory::Config, "pg.cdc-generated-column", what);
    }
    if let Some(taken) = selected.iter().find(|name| column::ALL.contains(name)) {
        let what = format!("column {taken} has the name of one that changes come with; leave it out with `columns`");
        refuse(ErrorCategory::Config, "pg.cdc-column-name", what);
    }
    let key = match ctx.primary_key.as_slice() {
        [] => selection.table.primary_key().into_iter().map(str::to_owned).collect(),
        configured => configured.to_vec(),
    };
    if let Some((code, what)) = unidentified(&identity, &key, ctx, &table) {
        refuse(ErrorCategory::Schema, code, what);
    }
    if let Some(missing) = key.iter().find(|name| !selected.contains(&name.as_str())) {
        if ctx.write_mode == WriteMode::Upsert {
            let what = format!("the key's column {missing:?} is not among its `columns`; add it to them");
            refuse(ErrorCategory::Config, "pg.cdc-key-not-selected", what);
        }
    }
    Ok(if refusals.is_empty() { Ok(Changeable { identity, key }) } else { Err(refusals) })
}

/// Where the log does not tell which row was changed. Publishing a table whose rows have no identity would
/// make the server refuse every UPDATE and DELETE of it, whoever sends it.
fn unidentified(identity: &Identity, key: &[String], ctx: &StreamContext, table: &str) -> Option<(&'static str, String)> {
    let full = format!("run on the source: ALTER TABLE {table} REPLICA IDENTITY FULL");
    match identity {
        Identity::Columns(columns) if columns.is_empty() => {
            let what = format!("the server does not log which row is updated or deleted; give {table} a primary key, or {full}");
            Some(("pg.cdc-no-identity", what))
        }
        _ if ctx.write_mode != WriteMode::Upsert => None,
        _ if key.is_empty() => {
            let what = format!(
                "{table} has no primary key, by which rows are to be upserted; name the columns that tell its rows apart in \
                 the pipeline's primary_key"
            );
            Some(("pg.cdc-no-key", what))
        }
        Identity::Columns(columns) if !key.iter().all(|name| columns.contains(name)) => {
            let what = format!(
                "rows are upserted by ({}), and the server logs only ({}) of those that are updated or deleted; {full}",
                key.join(", "),
                columns.join(", ")
            );
            Some(("pg.cdc-identity-lacks-key", what))
        }
        Identity::Columns(_) | Identity::Full => None,
    }
}
