//! What the server's catalogs say of relations and columns.

use std::collections::HashMap;

use rapidbyte_pg::{Client, Result, Row, Rows, Transport};
use rapidbyte_sdk::names::quote_identifier;

/// A kind of relation that rows can be read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Table,
    Partitioned,
    View,
    MaterializedView,
    Foreign,
}

/// A relation, without its columns.
#[derive(Clone, Debug)]
pub struct Relation {
    pub oid: String,
    pub schema: String,
    pub name: String,
    pub kind: Kind,
    /// Whether other tables inherit from it; their rows are read with its own, but its NOT NULL
    /// and key constraints do not bind them.
    pub has_heirs: bool,
    pub can_use_schema: bool,
    /// Whether all columns may be read; if not, single ones may still be.
    pub can_select: bool,
    /// Whether row-level security may hide rows from us.
    pub rows_hidden: bool,
    /// As of the last ANALYZE.
    pub estimated_rows: Option<u64>,
    pub estimated_bytes: Option<u64>,
}

/// A column of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogColumn {
    pub name: String,
    pub type_oid: u32,
    /// The type's own modifier, such as the precision of a numeric; -1 for none.
    pub type_modifier: i32,
    /// The type as SQL writes it, with its schema where that is not pg_catalog.
    pub native_type: String,
    pub not_null: bool,
    pub can_select: bool,
    /// Its place in the primary key, from 0.
    pub key_position: Option<usize>,
}

/// A relation with its columns in their order.
#[derive(Clone, Debug)]
pub struct Table {
    pub relation: Relation,
    pub columns: Vec<CatalogColumn>,
}

/// What statements call the relation they read. A column behind it is always the relation's own, while
/// its bare name in ORDER BY would be that of the output, cast to text or not.
pub const ROWS: &str = "r";

impl Table {
    /// What stands behind FROM. Rows of inheriting tables and of partitions are read with the
    /// table's own, as without ONLY.
    pub fn from_clause(&self) -> String {
        format!("{} AS {ROWS}", self.sql())
    }

    /// The table's name in SQL.
    pub fn sql(&self) -> String {
        format!("{}.{}", quote_identifier(&self.relation.schema), quote_identifier(&self.relation.name))
    }

    /// Names of the primary key's columns in key order; empty where nothing keeps them unique.
    pub fn primary_key(&self) -> Vec<&str> {
        if self.relation.has_heirs {
            return Vec::new();
        }
        let mut key: Vec<_> = self.columns.iter().filter(|column| column.key_position.is_some()).collect();
        key.sort_by_key(|column| column.key_position);
        key.into_iter().map(|column| column.name.as_str()).collect()
    }

    /// Whether the column may hold NULL in what is read.
    pub fn nullable(&self, column: &CatalogColumn) -> bool {
        self.relation.has_nullable(column)
    }
}

impl Relation {
    /// See [`Table::nullable`].
    pub fn has_nullable(&self, column: &CatalogColumn) -> bool {
        !column.not_null || self.has_heirs
    }
}

/// Which relations to look at.
pub enum Scope<'a> {
    /// All outside the system's schemas, but not the partitions of a table.
    All,
    /// All of these schemas, partitions as well.
    Schemas(&'a [&'a str]),
    One {
        schema: &'a str,
        table: &'a str,
    },
}

/// With this path `format_type` names the schema of every type that is not built in.
const ONLY_BUILT_IN: &str = "SET search_path = pg_catalog";

const RELATIONS: &str = "
WITH RECURSIVE tree (root, member) AS (
    SELECT inhparent, inhrelid FROM pg_inherits
    UNION ALL
    SELECT tree.root, i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.member),
leaves AS (
    SELECT tree.root, sum(greatest(leaf.reltuples, 0))::int8 AS tuples, sum(leaf.relpages)::int8 AS pages
    FROM tree JOIN pg_class leaf ON leaf.oid = tree.member
    WHERE leaf.relkind <> 'p' GROUP BY tree.root)
SELECT c.oid, n.nspname, c.relname, c.relkind,
       c.relkind = 'r' AND leaves.root IS NOT NULL,
       has_schema_privilege(n.oid, 'USAGE'), has_table_privilege(c.oid, 'SELECT'), row_security_active(c.oid),
       CASE WHEN c.relkind IN ('v', 'f') THEN NULL
            WHEN c.relkind = 'p' THEN leaves.tuples
            WHEN c.reltuples < 0 OR (c.reltuples = 0 AND c.relpages = 0) THEN NULL
            ELSE c.reltuples::int8 END,
       CASE WHEN c.relkind IN ('v', 'f') THEN NULL
            ELSE (CASE WHEN c.relkind = 'p' THEN leaves.pages ELSE c.relpages + coalesce(toast.relpages, 0) END)
                 * current_setting('block_size')::int8 END
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN leaves ON leaves.root = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')";

const OUTSIDE_SYSTEM: &str =
    " AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' AND NOT c.relispartition";

const COLUMNS: &str = "
SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       has_column_privilege(a.attrelid, a.attnum, 'SELECT'), key.place
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (
    SELECT i.indrelid, k.attnum, k.place
    FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, place)
    WHERE i.indisprimary AND k.place <= i.indnkeyatts) key ON key.indrelid = a.attrelid AND key.attnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";

/// The relations in scope, by schema and name.
pub fn relations<T: Transport>(client: &mut Client<T>, scope: &Scope<'_>) -> Result<Vec<Relation>> {
    let rows = query(client, RELATIONS, scope, "ORDER BY n.nspname, c.relname")?;
    rows.iter().map(|row| relation(&row)).collect()
}

/// The relations in scope with their columns, by schema and name.
pub fn tables<T: Transport>(client: &mut Client<T>, scope: &Scope<'_>) -> Result<Vec<Table>> {
    let mut tables: Vec<Table> =
        relations(client, scope)?.into_iter().map(|relation| Table { relation, columns: Vec::new() }).collect();
    client.execute(ONLY_BUILT_IN)?;
    let rows = query(client, COLUMNS, scope, "ORDER BY a.attrelid, a.attnum")?;
    client.execute("SET search_path TO DEFAULT")?;
    let place_of: HashMap<String, usize> =
        tables.iter().enumerate().map(|(place, table)| (table.relation.oid.clone(), place)).collect();
    // A relation's columns come together: it is looked up once.
    let mut oid = "";
    let mut place = None;
    for row in rows.iter() {
        if row.text(0)? != oid {
            oid = row.text(0)?;
            place = place_of.get(oid).copied();
        }
        if let Some(place) = place {
            tables[place].columns.push(column(&row)?);
        }
    }
    Ok(tables)
}

fn query<T: Transport>(client: &mut Client<T>, select: &str, scope: &Scope<'_>, order: &str) -> Result<Rows> {
    match scope {
        Scope::All => client.query(&format!("{select}{OUTSIDE_SYSTEM} {order}"), &[]),
        Scope::Schemas(schemas) => {
            let schemas = array(schemas);
            client.query(&format!("{select} AND n.nspname = ANY ($1::text[]) {order}"), &[Some(&schemas)])
        }
        Scope::One { schema, table } => {
            let sql = format!("{select} AND n.nspname = $1 AND c.relname = $2 {order}");
            client.query(&sql, &[Some(schema), Some(table)])
        }
    }
}

/// The texts as PostgreSQL reads an array.
pub fn array(texts: &[&str]) -> String {
    let quoted: Vec<String> =
        texts.iter().map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}

fn relation(row: &Row<'_>) -> Result<Relation> {
    let kind = match row.text(3)? {
        "p" => Kind::Partitioned,
        "v" => Kind::View,
        "m" => Kind::MaterializedView,
        "f" => Kind::Foreign,
        _ => Kind::Table,
    };
    let estimate = |index| row.get(index).and_then(|text: &str| text.parse().ok());
    Ok(Relation {
        oid: row.text(0)?.to_owned(),
        schema: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        kind,
        has_heirs: row.bool(4)?,
        can_use_schema: row.bool(5)?,
        can_select: row.bool(6)?,
        rows_hidden: row.bool(7)?,
        estimated_rows: estimate(8),
        estimated_bytes: estimate(9),
    })
}

fn column(row: &Row<'_>) -> Result<CatalogColumn> {
    Ok(CatalogColumn {
        name: row.text(1)?.to_owned(),
        type_oid: row.integer(2)? as u32,
        type_modifier: row.integer(3)? as i32,
        native_type: row.text(4)?.to_owned(),
        not_null: row.bool(5)?,
        can_select: row.bool(6)?,
        key_position: row.get(7).and_then(|place| place.parse().ok()),
    })
}
