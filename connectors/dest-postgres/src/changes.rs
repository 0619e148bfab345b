//! Keeping a table by the changes of its source: last write wins for each key within a frontier.
//!
//! A stream of changes has columns that tell of each row what happened to it. Rows are copied into the stage of
//! [`crate::upsert`] in the order of the source's commits and go into the table as what they come to: one statement
//! deletes, one inserts or updates. A frontier ends where a transaction of the source does, so that readers never
//! see a part of one.

use rapidbyte_pg::PgError;
use rapidbyte_sdk::arrow::{keys, Schema};
use rapidbyte_sdk::names::{quote_identifier, quote_literal};
use rapidbyte_sdk::types::SyncMode;
use rapidbyte_sdk::{Result, StreamContext};

use crate::catalog::Table;
use crate::config::Deletes;
use crate::connector::Session;
use crate::encode::Binary;
use crate::errors;
use crate::plan::{Form, Plan, Planned};

/// What happened: `snapshot`, `insert`, `update`, `delete` or `truncate`.
const OPERATION: &str = "_rb_op";
/// The columns without a value because the change did not touch them, as a JSON array of names.
const UNCHANGED: &str = "_rb_unchanged";
/// What else a change comes with.
const FURTHER: [&str; 3] = ["_rb_lsn", "_rb_commit_ts", "_rb_seq"];

/// Rows that keep values which their change did not bring.
const KEPT: &str = "pg_temp._rb_kept";

/// Whether the stream's rows are changes to be applied to a table.
pub(crate) fn is_change_stream(ctx: &StreamContext) -> bool {
    ctx.sync_mode == SyncMode::Cdc
}

/// The columns of the table that the changes are applied to.
pub(crate) fn table_schema(target: &Table, schema: &Schema, deletes: Deletes) -> Result<Schema> {
    let is_told = |name: &str| name == OPERATION || name == UNCHANGED || FURTHER.contains(&name);
    for needed in [OPERATION, UNCHANGED].into_iter().chain(FURTHER) {
        if !schema.fields.iter().any(|field| field.name == needed) {
            let message = format!(
                "the stream of changes for {target} lacks the column {needed}, without which they cannot be applied; no \
                 transform may drop it"
            );
            return Err(errors::schema("dest.not-a-change", message));
        }
    }
    let mut kept = schema.clone();
    kept.fields.retain(|field| match deletes {
        Deletes::Hard => !is_told(&field.name),
        Deletes::Soft => field.name != UNCHANGED,
    });
    for field in &mut kept.fields {
        if field.metadata(keys::REQUIRED) == Some("true") {
            field.nullable = false;
        }
    }
    Ok(kept)
}

/// Lets the plan of the table's columns load the stage: their places are those of the stream, and what tells of
/// a change is loaded too. Gives the columns that the stage has beyond the table's.
pub(crate) fn load_stage(plan: &mut Plan, schema: &Schema) -> Vec<String> {
    let place = |name: &str| schema.fields.iter().position(|field| field.name == name);
    for column in &mut plan.columns {
        column.index = place(&column.name).unwrap_or(column.index);
    }
    let mut added = Vec::new();
    for (name, sql_type, form) in [(OPERATION, "text", Binary::Raw), (UNCHANGED, "jsonb", Binary::Jsonb)] {
        let Some(index) = place(name) else { continue };
        if plan.columns.iter().any(|column| column.name == name) {
            continue;
        }
        plan.columns.push(Planned {
            index,
            name: name.to_owned(),
            bare_type_name: sql_type.to_owned(),
            form: Form::Binary(form),
            same_type: false,
        });
        added.push(format!("ADD {} {sql_type}", quote_identifier(name)));
    }
    added
}

/// A key may only be missing where all rows are meant.
pub(crate) fn key_check(key: &[String]) -> String {
    let present: Vec<String> = key.iter().map(|name| format!("{} IS NOT NULL", quote_identifier(name))).collect();
    format!("ADD CHECK ({OPERATION} = 'truncate' OR ({}))", present.join(" AND "))
}

/// Applies staged changes.
pub(crate) struct Application {
    target: Table,
    stage: Table,
    deletes: Deletes,
    /// Quoted.
    key: Vec<String>,
    /// The table's columns that are loaded, the key's included.
    columns: Vec<String>,
    /// What orders staged rows by arrival.
    arrival: &'static str,
    on_conflict: String,
}

impl Application {
    pub(crate) fn new(
        target: &Table,
        stage: &Table,
        deletes: Deletes,
        key: &[String],
        columns: Vec<String>,
        arrival: &'static str,
        on_conflict: String,
    ) -> Application {
        let key = key.iter().map(|name| quote_identifier(name)).collect();
        Application { target: target.clone(), stage: stage.clone(), deletes, key, columns, arrival, on_conflict }
    }

    /// Brings the table to where the staged changes end.
    pub(crate) fn run(&self, session: &mut Session) -> Result<()> {
        let facts = self.query(
            session,
            &format!(
                "SELECT coalesce(bool_or({OPERATION} = 'truncate'), false), coalesce(bool_or({OPERATION} = 'delete'), false), \
                 coalesce(bool_or({UNCHANGED} IS NOT NULL), false) FROM {}",
                self.stage
            ),
        )?;
        let fact = |index| facts.row(0).bool(index).map_err(|e| self.failed(e));
        let (truncates, deletes, keeps) = (fact(0)?, fact(1)?, fact(2)?);
        if truncates {
            self.truncate(session)?;
        }
        if keeps {
            self.gather_kept(session)?;
        }
        if deletes {
            self.execute(session, &self.deletion())?;
        }
        let (target, columns, last) = (&self.target, self.quoted().join(", "), self.last_of_each_key());
        let into = format!("INSERT INTO {target} AS old ({columns}) OVERRIDING SYSTEM VALUE");
        let conflict = &self.on_conflict;
        self.execute(
            session,
            &format!(
                "{into} SELECT {columns} FROM ({last}) AS last WHERE {OPERATION} <> 'delete' AND {UNCHANGED} IS NULL {conflict}"
            ),
        )?;
        if keeps {
            self.execute(session, &format!("{into} SELECT {columns} FROM {KEPT} WHERE {UNCHANGED} = '[]' {conflict}"))?;
            self.update_kept(session)?;
            self.execute(session, &format!("DROP TABLE {KEPT}"))?;
        }
        Ok(())
    }

    /// What was there is gone, and what came before does not matter any more.
    fn truncate(&self, session: &mut Session) -> Result<()> {
        let (target, stage, arrival) = (&self.target, &self.stage, self.arrival);
        let last = format!("SELECT {arrival} FROM {stage} WHERE {OPERATION} = 'truncate' ORDER BY {arrival} DESC LIMIT 1");
        let empty = match self.deletes {
            Deletes::Hard => format!("DELETE FROM {target}"),
            Deletes::Soft => format!(
                "UPDATE {target} AS t SET {} FROM {stage} AS s WHERE s.{arrival} = ({last}) \
                 AND t.{OPERATION} NOT IN ('delete', 'truncate')",
                marks("s")
            ),
        };
        self.execute(session, &empty)?;
        self.execute(session, &format!("DELETE FROM {stage} WHERE {arrival} <= ({last})"))
    }

    fn deletion(&self) -> String {
        let (target, stage) = (&self.target, &self.stage);
        match self.deletes {
            // A key that comes back is inserted again, with all of its values.
            Deletes::Hard => format!(
                "DELETE FROM {target} AS t USING {stage} AS s WHERE s.{OPERATION} = 'delete' AND {}",
                self.same_key("t", "s")
            ),
            Deletes::Soft => format!(
                "UPDATE {target} AS t SET {} FROM ({}) AS s WHERE s.{OPERATION} = 'delete' AND {}",
                marks("s"),
                self.last_of_each_key(),
                self.same_key("t", "s")
            ),
        }
    }

    /// The rows whose last change left columns alone, each with what earlier changes of this frontier have
    /// brought for them. An earlier one is of the same life of the row: a new life begins with all values (I26).
    fn gather_kept(&self, session: &mut Session) -> Result<()> {
        let last = self.last_of_each_key();
        let sql = format!(
            "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT * FROM ({last}) AS last \
             WHERE {OPERATION} <> 'delete' AND {UNCHANGED} IS NOT NULL",
            KEPT.trim_start_matches("pg_temp.")
        );
        self.execute(session, &sql)?;
        let names = self.query(session, &format!("SELECT DISTINCT jsonb_array_elements_text({UNCHANGED}) FROM {KEPT}"))?;
        let (stage, arrival, key) = (&self.stage, self.arrival, self.key.join(", "));
        for name in names.iter() {
            let name = name.text(0).map_err(|e| self.failed(e))?;
            let (column, text) = (quote_identifier(name), quote_literal(name));
            let sql = if self.columns.iter().any(|known| known == name) {
                format!(
                    "UPDATE {KEPT} AS k SET {column} = p.{column}, {UNCHANGED} = k.{UNCHANGED} - {text}::text \
                     FROM (SELECT DISTINCT ON ({key}) {key}, {column} FROM {stage} WHERE {OPERATION} <> 'delete' \
                       AND NOT coalesce({UNCHANGED} OPERATOR(pg_catalog.?) {text}, false) ORDER BY {key}, {arrival} DESC) AS p \
                     WHERE k.{UNCHANGED} OPERATOR(pg_catalog.?) {text} AND {}",
                    self.same_key("k", "p")
                )
            } else {
                format!("UPDATE {KEPT} SET {UNCHANGED} = {UNCHANGED} - {text}::text")
            };
            self.execute(session, &sql)?;
        }
        Ok(())
    }

    /// Columns that no change brought stay as they are in the table.
    fn update_kept(&self, session: &mut Session) -> Result<()> {
        let names = self.columns.iter().map(|name| (name, quote_identifier(name)));
        let set: Vec<String> = names
            .filter(|(_, column)| !self.key.contains(column))
            .map(|(name, column)| {
                let unchanged = format!("k.{UNCHANGED} OPERATOR(pg_catalog.?) {}", quote_literal(name));
                format!("{column} = CASE WHEN {unchanged} THEN t.{column} ELSE k.{column} END")
            })
            .collect();
        if set.is_empty() {
            return Ok(());
        }
        let left = self.query(session, &format!("SELECT count(*) FROM {KEPT} WHERE {UNCHANGED} <> '[]'"))?;
        let expected = left.row(0).integer(0).map_err(|e| self.failed(e))?.unsigned_abs();
        let sql = format!(
            "UPDATE {} AS t SET {} FROM {KEPT} AS k WHERE k.{UNCHANGED} <> '[]' AND {}",
            self.target,
            set.join(", "),
            self.same_key("t", "k")
        );
        let found = session.execute(&sql).map_err(|e| self.failed(e))?;
        if found < expected {
            rapidbyte_sdk::warn!(
                "{}: {} rows were changed that are not there, and the changes do not hold all of their values; rapidbyte \
                 verify shows whether rows are missing",
                self.target,
                expected - found
            );
        }
        Ok(())
    }

    fn quoted(&self) -> Vec<String> {
        self.columns.iter().map(|name| quote_identifier(name)).collect()
    }

    fn last_of_each_key(&self) -> String {
        let key = self.key.join(", ");
        format!("SELECT DISTINCT ON ({key}) * FROM {} ORDER BY {key}, {} DESC", self.stage, self.arrival)
    }

    fn same_key(&self, one: &str, other: &str) -> String {
        let pairs: Vec<String> = self.key.iter().map(|column| format!("{one}.{column} = {other}.{column}")).collect();
        pairs.join(" AND ")
    }

    fn execute(&self, session: &mut Session, sql: &str) -> Result<()> {
        session.execute(sql).map(drop).map_err(|e| self.failed(e))
    }

    fn query(&self, session: &mut Session, sql: &str) -> Result<rapidbyte_pg::Rows> {
        session.simple_query(sql).map_err(|e| self.failed(e))
    }

    fn failed(&self, error: PgError) -> rapidbyte_sdk::ConnectorError {
        errors::before_commit(&format!("applying changes to {}", self.target), error)
    }
}

/// A deleted row stays and says when it was deleted.
fn marks(from: &str) -> String {
    let marks = [OPERATION].into_iter().chain(FURTHER).map(|name| format!("{name} = {from}.{name}"));
    marks.collect::<Vec<_>>().join(", ")
}
