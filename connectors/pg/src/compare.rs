//! A table's side of a comparison: digests that the server computes, so that rows stay where they are.
//!
//! Both sides print the same values in the same way, whatever their columns' types: that is what a
//! *form* is for. A row's hash is taken of its values' printed forms, 64 bits of each; a range's digest
//! is the sum of its rows' hashes, which no order changes. The last step, a hash of the row's hash, keeps
//! the sum from being blind to values that changed places among rows.

mod sql;
mod table;

use rapidbyte_sdk::types::{ComparableColumn, ComparableTable, Comparison, KeyRange, RangeDigest, RowDigest};
use rapidbyte_sdk::{ConnectorError, Result};

use crate::client::Client;
use crate::rows::Rows;
use crate::transport::Transport;
use sql::Terms;
use table::Table;

/// Names this way of printing and hashing. Servers of other versions print alike.
const SCHEME: &str = "postgresql-1";

/// One snapshot, and the settings that decide how values are printed (I15).
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; \
    SET LOCAL search_path = pg_catalog; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; \
    SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; \
    SET LOCAL lc_monetary = 'C'; SET LOCAL jit = off";

/// So many rows of a sample stand for one slice; more make slices more even.
const SAMPLED_PER_SLICE: u64 = 32;

/// The most keys in one condition; longer lists are asked for in parts.
const KEYS_PER_STATEMENT: usize = 1_000;

/// A key's values in their forms.
type Key = Vec<String>;

/// One side: a session and the table that it looks at.
pub struct Side<'a, T: Transport> {
    client: &'a mut Client<T>,
    table: Table,
}

impl<'a, T: Transport> Side<'a, T> {
    /// Begins a snapshot and looks the table up in it. If anything fails, close the session.
    pub fn open(client: &'a mut Client<T>, schema: &str, name: &str) -> Result<Side<'a, T>> {
        let encoding = client.parameter("server_encoding").unwrap_or("unknown").to_owned();
        if encoding != "UTF8" {
            let message = format!("tables can be compared only in databases in UTF8; this one is in {encoding}");
            return Err(ConnectorError::config("pg.encoding", message));
        }
        client.execute(BEGIN)?;
        let table = Table::look_up(client, schema, name)?;
        Ok(Side { client, table })
    }

    /// Ends the snapshot.
    pub fn close(self) -> Result<()> {
        self.client.execute("COMMIT")?;
        Ok(())
    }

    /// What is known of the table.
    pub fn describe(&self) -> ComparableTable {
        let column = |column: &table::Column| ComparableColumn {
            name: column.name.clone(),
            native_type: column.native_type.clone(),
            forms: sql::forms(column),
        };
        ComparableTable {
            scheme: SCHEME.to_owned(),
            columns: self.table.columns.iter().map(column).collect(),
            primary_key: self.table.primary_key(),
            estimated_rows: self.table.estimated_rows,
        }
    }

    /// Keys that cut a range into about `count` slices, in order.
    pub fn slices(&mut self, what: &Comparison, within: &KeyRange, count: u32) -> Result<Vec<Key>> {
        let terms = Terms::of(&self.table, what)?;
        if what.key.is_empty() || count < 2 {
            return Ok(Vec::new());
        }
        let sample = self.sample(within, u64::from(count) * SAMPLED_PER_SLICE);
        let statement = format!(
            "SELECT {names} FROM (SELECT {keys}, row_number() OVER (ORDER BY {order}), count(*) OVER () \
             FROM {table}{sample}{condition}) AS numbered ({names}, place, total) \
             WHERE place > 1 AND place % greatest(total / {count}, 1) = 0 ORDER BY place LIMIT {most}",
            names = numbered("key", what.key.len()),
            keys = terms.printed_key(),
            order = terms.order(),
            table = self.table.quoted,
            condition = terms.within(within)?,
            most = count - 1,
        );
        let rows = self.client.simple_query(&statement)?;
        let mut cuts = keys(&rows, what.key.len())?;
        cuts.dedup();
        cuts.retain(|cut| within.lower.as_ref() != Some(cut));
        Ok(cuts)
    }

    /// Reads some pages only, where that is enough and the relation has pages.
    fn sample(&self, within: &KeyRange, wanted: u64) -> String {
        let whole = within.lower.is_none() && within.upper.is_none();
        match self.table.estimated_rows {
            Some(rows) if whole && self.table.has_pages && rows > wanted * 4 => {
                format!(" TABLESAMPLE SYSTEM ({:.4})", 100.0 * wanted as f64 / rows as f64)
            }
            _ => String::new(),
        }
    }

    /// Digests of the ranges that `cuts` make of `within`, in order.
    pub fn digest(&mut self, what: &Comparison, within: &KeyRange, cuts: &[Key]) -> Result<Vec<RangeDigest>> {
        let terms = Terms::of(&self.table, what)?;
        // Seen through, the planner would take each row for a range of its own, and sort them all on disk.
        let statement = format!(
            "SELECT range, count(*), sum(hash) FROM (SELECT {range} AS range, {hash} AS hash FROM {table}{condition} OFFSET 0) \
             AS rows GROUP BY range",
            range = terms.range_of(cuts)?,
            hash = terms.hash(),
            table = self.table.quoted,
            condition = terms.within(within)?,
        );
        let rows = self.client.simple_query(&statement)?;
        let mut digests = vec![RangeDigest { rows: 0, hash: String::new() }; cuts.len() + 1];
        for row in rows.iter() {
            let digest = usize::try_from(row.integer(0)?).ok().and_then(|range| digests.get_mut(range));
            let digest = digest.ok_or_else(|| ConnectorError::internal("pg.range", "the server made up a range"))?;
            *digest = RangeDigest { rows: row.integer(1)? as u64, hash: row.text(2)?.to_owned() };
        }
        Ok(digests)
    }

    /// A digest for each key in a range and, if there are `wanted`, among them.
    pub fn row_digests(
        &mut self,
        what: &Comparison,
        within: &KeyRange,
        wanted: Option<&[Key]>,
    ) -> Result<Vec<RowDigest>> {
        let Some(wanted) = wanted else { return self.digests_where(what, &[], within) };
        let mut digests = Vec::with_capacity(wanted.len());
        for part in wanted.chunks(KEYS_PER_STATEMENT) {
            digests.extend(self.digests_where(what, part, within)?);
        }
        Ok(digests)
    }

    /// A condition that holds for the rows of these keys; several where there are many keys.
    pub fn conditions(&self, what: &Comparison, wanted: &[Key]) -> Result<Vec<String>> {
        let terms = Terms::of(&self.table, what)?;
        wanted.chunks(KEYS_PER_STATEMENT).map(|part| terms.among(part)).collect()
    }

    fn digests_where(&mut self, what: &Comparison, among: &[Key], within: &KeyRange) -> Result<Vec<RowDigest>> {
        let terms = Terms::of(&self.table, what)?;
        let count = what.key.len();
        let mut condition = terms.within(within)?;
        if !among.is_empty() {
            let joint = if condition.is_empty() { " WHERE " } else { " AND " };
            condition = format!("{condition}{joint}{}", terms.among(among)?);
        }
        let statement = format!(
            "SELECT {keys}, count(*), sum({hash}) FROM {table}{condition} GROUP BY {places}",
            keys = terms.printed_key(),
            hash = terms.hash(),
            table = self.table.quoted,
            places = numbered("", count),
        );
        let rows = self.client.simple_query(&statement)?;
        let digest = |(row, key): (crate::rows::Row<'_>, Key)| {
            Ok(RowDigest { key, rows: row.integer(count)? as u64, hash: row.text(count + 1)?.to_owned() })
        };
        rows.iter().zip(keys(&rows, count)?).map(digest).collect()
    }
}

/// `key1, key2`, or only the numbers.
fn numbered(prefix: &str, count: usize) -> String {
    let names: Vec<String> = (1..=count).map(|number| format!("{prefix}{number}")).collect();
    names.join(", ")
}

fn keys(rows: &Rows, count: usize) -> Result<Vec<Key>> {
    let value = |value: Option<&str>| {
        let null =
            || ConnectorError::data("pg.null-key", "a row has NULL in its key, so it cannot be told from others");
        value.map(str::to_owned).ok_or_else(null)
    };
    rows.iter().map(|row| (0..count).map(|index| value(row.get(index))).collect()).collect()
}
