//! What the catalogs say of a compared table.

use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::{ConnectorError, Result};

use crate::client::Client;
use crate::rows::Row;
use crate::transport::Transport;

/// Rows on a page of a table that was never analysed: pages of 8 kB, rows of some 120 bytes.
const ROWS_PER_PAGE: u64 = 64;

pub(super) struct Table {
    /// Schema and name, safe in any statement.
    pub(super) quoted: String,
    /// Whether it can be sampled.
    pub(super) has_pages: bool,
    pub(super) estimated_rows: Option<u64>,
    pub(super) columns: Vec<Column>,
}

pub(super) struct Column {
    pub(super) name: String,
    pub(super) native_type: String,
    /// The type's identifier, a domain's base type's.
    pub(super) type_oid: u32,
    /// The type's modifier, a domain's from its base type; -1 for none.
    pub(super) modifier: i32,
    key_place: Option<usize>,
}

const RELATION: &str = "
SELECT c.oid, c.relkind::text, c.reltuples::int8, c.relpages,
       CASE c.relkind WHEN 'p' THEN (SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(c.oid) WHERE isleaf)
                      WHEN 'r' THEN pg_relation_size(c.oid) WHEN 'm' THEN pg_relation_size(c.oid) END
       / current_setting('block_size')::int8
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";

const COLUMNS: &str = "
SELECT a.attname, format_type(a.atttypid, a.atttypmod), base.oid, base.modifier, key.place
FROM pg_attribute a
CROSS JOIN LATERAL (
    WITH RECURSIVE up AS (
        SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod, a.atttypmod AS modifier FROM pg_type t WHERE t.oid = a.atttypid
        UNION ALL
        SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod, up.typtypmod
        FROM up JOIN pg_type t ON t.oid = up.typbasetype WHERE up.typtype = 'd')
    SELECT oid, modifier FROM up WHERE typtype <> 'd') base
LEFT JOIN (
    SELECT k.attnum, k.place FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, place)
    WHERE i.indrelid = $1::oid AND i.indisprimary AND k.place <= i.indnkeyatts) key ON key.attnum = a.attnum
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

impl Table {
    pub(super) fn look_up<T: Transport>(client: &mut Client<T>, schema: &str, name: &str) -> Result<Table> {
        let quoted = format!("{}.{}", quote_identifier(schema), quote_identifier(name));
        let found = client.query(RELATION, &[Some(schema), Some(name)])?;
        let Some(relation) = found.iter().next() else {
            let message = format!("there is no table {quoted} to compare");
            return Err(ConnectorError::schema("pg.table-not-found", message));
        };
        let rows = client.query(COLUMNS, &[Some(relation.text(0)?)])?;
        Ok(Table {
            quoted,
            has_pages: matches!(relation.text(1)?, "r" | "p" | "m"),
            estimated_rows: estimate(&relation)?,
            columns: rows.iter().map(|row| column(&row)).collect::<Result<_>>()?,
        })
    }

    pub(super) fn column(&self, name: &str) -> Result<&Column> {
        let missing = || {
            let message = format!("{} has no column {} any more", self.quoted, quote_identifier(name));
            ConnectorError::schema("pg.column-not-found", message)
        };
        self.columns.iter().find(|column| column.name == name).ok_or_else(missing)
    }

    pub(super) fn primary_key(&self) -> Vec<String> {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key_place.is_some()).collect();
        key.sort_by_key(|column| column.key_place);
        key.into_iter().map(|column| column.name.clone()).collect()
    }
}

/// Rows as of the last ANALYZE, for as many pages as there are now.
fn estimate(relation: &Row<'_>) -> Result<Option<u64>> {
    let Some(pages) = relation.get(4).and_then(|pages| pages.parse::<u64>().ok()) else { return Ok(None) };
    let (tuples, counted_pages) = (relation.integer(2)?, relation.integer(3)?);
    Ok(Some(match (u64::try_from(tuples), u64::try_from(counted_pages)) {
        (Ok(tuples @ 1..), Ok(counted @ 1..)) => (tuples as f64 * pages as f64 / counted as f64) as u64,
        _ => pages * ROWS_PER_PAGE,
    }))
}

fn column(row: &Row<'_>) -> Result<Column> {
    Ok(Column {
        name: row.text(0)?.to_owned(),
        native_type: row.text(1)?.to_owned(),
        type_oid: row.integer(2)? as u32,
        modifier: row.integer(3)? as i32,
        key_place: row.get(4).and_then(|place| place.parse().ok()),
    })
}
