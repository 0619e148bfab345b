//! What the server knows of a table.

use std::fmt;

use rapidbyte_pg::PgError;
use rapidbyte_sdk::names::quote_identifier;

use crate::connector::Session;

/// A table's place and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) schema: String,
    pub(crate) name: String,
}

/// Quoted, safe in any statement.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", quote_identifier(&self.schema), quote_identifier(&self.name))
    }
}

impl Table {
    /// A number for advisory locks on this table; `purpose` keeps unlike locks apart.
    pub(crate) fn lock_key(&self, purpose: &str) -> i64 {
        let mut hash = Fnv::new();
        for part in ["rapidbyte", purpose, &self.schema, &self.name] {
            hash.feed(part.as_bytes());
            hash.feed(&[0]);
        }
        hash.0 as i64
    }
}

/// FNV-1a, 64 bits: spreads names well enough for lock keys and temporary names.
pub(crate) struct Fnv(pub(crate) u64);

impl Fnv {
    pub(crate) fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// A relation of the wanted name.
#[derive(Debug)]
pub(crate) struct Existing {
    pub(crate) oid: String,
    /// `pg_class.relkind`.
    pub(crate) kind: String,
    pub(crate) columns: Vec<Column>,
}

impl Existing {
    /// Whether rows can be loaded into it.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self.kind.as_str(), "r" | "p")
    }
}

/// One column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// As the server spells it, with modifier.
    pub(crate) type_name: String,
    /// The spelling that never cuts or rounds when cast to.
    pub(crate) bare_type_name: String,
    pub(crate) type_oid: String,
    /// Whether the modifier is the type's own, not the column's.
    pub(crate) is_domain: bool,
    /// The function that reads the type's binary form, a domain's from its base type.
    pub(crate) receive: String,
    /// The type modifier, a domain's from its base type; -1 for none.
    pub(crate) modifier: i32,
    pub(crate) not_null: bool,
    /// Whether the server fills it when a row leaves it out.
    pub(crate) has_default: bool,
    /// Whether the server always computes it.
    pub(crate) generated: bool,
}

/// Follows a type through domains to its base. `start_type` and `start_modifier` are to be replaced by
/// expressions over other tables than `t`, `p` and `up`.
pub(crate) const BASE_TYPE: &str = "\
    WITH RECURSIVE up AS (\
      SELECT t.oid, t.typtype, t.typbasetype, t.typreceive, t.typtypmod, start_modifier AS modifier \
      FROM pg_catalog.pg_type t WHERE t.oid = start_type \
      UNION ALL \
      SELECT t.oid, t.typtype, t.typbasetype, t.typreceive, t.typtypmod, up.typtypmod \
      FROM up JOIN pg_catalog.pg_type t ON t.oid = up.typbasetype WHERE up.typtype = 'd') \
    SELECT up.modifier, up.oid, coalesce(p.proname, '')::text AS receive \
    FROM up LEFT JOIN pg_catalog.pg_proc p ON p.oid = up.typreceive WHERE up.typtype <> 'd'";

/// Looks a relation up by name.
pub(crate) fn look_up(session: &mut Session, table: &Table) -> Result<Option<Existing>, PgError> {
    let found = session.query(
        "SELECT c.oid::text, c.relkind::text FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
        &[Some(&table.schema), Some(&table.name)],
    )?;
    if found.is_empty() {
        return Ok(None);
    }
    let row = found.row(0);
    let (oid, kind) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
    let columns = columns(session, &oid)?;
    Ok(Some(Existing { oid, kind, columns }))
}

fn columns(session: &mut Session, oid: &str) -> Result<Vec<Column>, PgError> {
    let base = BASE_TYPE.replace("start_type", "a.atttypid").replace("start_modifier", "a.atttypmod");
    let sql = format!(
        "SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), \
                pg_catalog.format_type(a.atttypid, -1), a.atttypid::text, b.receive, b.modifier::text, \
                a.attnotnull::text, (a.atthasdef OR a.attidentity <> '')::text, (a.attgenerated <> '')::text, (b.oid <> a.atttypid)::text \
         FROM pg_catalog.pg_attribute a CROSS JOIN LATERAL ({base}) b \
         WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
    );
    let rows = session.query(&sql, &[Some(oid)])?;
    rows.iter()
        .map(|row| {
            Ok(Column {
                name: row.text(0)?.to_owned(),
                type_name: row.text(1)?.to_owned(),
                bare_type_name: row.text(2)?.to_owned(),
                type_oid: row.text(3)?.to_owned(),
                receive: row.text(4)?.to_owned(),
                modifier: row.integer(5)? as i32,
                not_null: row.text(6)? == "true",
                has_default: row.text(7)? == "true",
                generated: row.text(8)? == "true",
                is_domain: row.text(9)? == "true",
            })
        })
        .collect()
}
