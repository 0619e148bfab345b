//! What the server's catalogs say of a table's order: what keeps rows apart, how text compares, how
//! the rows lie on disk.

use rapidbyte_pg::{Client, Result, Transport};

use crate::catalog::Table;

/// Facts about one table.
#[derive(Debug, Default)]
pub struct Ordering {
    /// Indexes that keep values unique, each with its columns in no order. NULLs may repeat.
    unique: Vec<(String, Vec<String>)>,
    /// Columns of text whose own order is that of the bytes.
    in_byte_order: Vec<String>,
    /// Whether the rows lie on disk in about the column's order, up or down, as of the last ANALYZE.
    correlated: Vec<(String, bool)>,
    /// Of the table without its indexes.
    pub bytes: u64,
}

/// One list of names and values, so that one answer tells all. Neither partial indexes nor those on
/// expressions say anything of all rows; a database's own collation is the C library's unless it says
/// otherwise, which only newer servers can.
const FACTS: &str = "
SELECT 'unique', i.indexrelid::text, a.attname
FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, place), pg_attribute a
WHERE i.indrelid = $1::oid AND a.attrelid = $1::oid AND a.attnum = k.attnum AND k.place <= i.indnkeyatts
  AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
UNION ALL
SELECT 'bytes in order', a.attname, ''
FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation, pg_database d
WHERE a.attrelid = $1::oid AND d.datname = current_database()
  AND (c.collname IN ('C', 'POSIX') AND c.collprovider <> 'i'
       OR c.collprovider = 'd' AND d.datcollate IN ('C', 'POSIX') AND coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') = 'c')
UNION ALL
SELECT 'correlated', s.attname, (abs(s.correlation) >= 0.9)::text
FROM pg_stats s JOIN pg_class c ON c.relname = s.tablename JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = $1::oid AND n.nspname = s.schemaname AND NOT s.inherited AND s.correlation IS NOT NULL
UNION ALL
SELECT 'size', pg_table_size($1::oid)::text, ''";

impl Ordering {
    /// Looks the table up.
    pub fn of<T: Transport>(client: &mut Client<T>, table: &Table) -> Result<Ordering> {
        let rows = client.query(FACTS, &[Some(&table.relation.oid)])?;
        let mut facts = Ordering::default();
        for row in rows.iter() {
            let (name, value) = (row.text(1)?, row.text(2)?);
            match row.text(0)? {
                "unique" => match facts.unique.iter_mut().find(|(index, _)| index == name) {
                    Some((_, columns)) => columns.push(value.to_owned()),
                    None => facts.unique.push((name.to_owned(), vec![value.to_owned()])),
                },
                "bytes in order" => facts.in_byte_order.push(name.to_owned()),
                "correlated" => facts.correlated.push((name.to_owned(), value == "true")),
                _ => facts.bytes = name.parse().unwrap_or(0),
            }
        }
        // Rows of other tables are read with these, and no index spans them all.
        if table.relation.has_heirs {
            facts.unique.clear();
        }
        Ok(facts)
    }

    /// Whether no two rows have the same values in these columns, but for NULLs.
    pub fn keeps_apart(&self, columns: &[&str]) -> bool {
        self.unique.iter().any(|(_, index)| index.iter().all(|name| columns.contains(&name.as_str())))
    }

    /// Whether the column's own order is that of its bytes; true of text only.
    pub fn in_byte_order(&self, column: &str) -> bool {
        self.in_byte_order.iter().any(|name| name == column)
    }

    /// Whether the rows lie on disk in about the column's order; none without statistics.
    pub fn is_correlated(&self, column: &str) -> Option<bool> {
        self.correlated.iter().find(|(name, _)| name == column).map(|(_, correlated)| *correlated)
    }
}
