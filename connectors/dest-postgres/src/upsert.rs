//! Writing rows over those of the same key (I18).
//!
//! Rows are copied into a temporary table and moved from there by one statement, which leaves rows
//! alone that would not change: no new version, no write to any index.

use rapidbyte_pg::PgError;
use rapidbyte_sdk::arrow::Schema;
use rapidbyte_sdk::host::{self, phases};
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::{ConnectorError, Result, StreamContext};

use crate::catalog::Table;
use crate::changes::{self, Application};
use crate::config::{Deletes, LoadMethod};
use crate::connector::Session;
use crate::plan::Plan;
use crate::prepare::{self, Loading};
use crate::types::{text_array, KnownTypes};
use crate::{ddl, errors, steps};

/// An INSERT or UPDATE that would touch a row twice; the manual's `cardinality_violation`.
const TWICE: &str = "21000";

/// How staged rows get into their table.
pub(crate) struct Merge {
    target: Table,
    stage: Table,
    way: Way,
}

enum Way {
    Rows {
        /// Right as long as no key comes twice.
        once: String,
        /// Keeps the last row of each key by arrival.
        last: String,
    },
    Changes(Application),
}

/// Makes the table where it is missing, and plans to load a stage for it.
pub(crate) fn prepare(
    session: &mut Session,
    target: &Table,
    schema: &Schema,
    known: &KnownTypes,
    deletes: Deletes,
    ctx: &StreamContext,
) -> Result<Loading> {
    let key = key(target, schema, ctx)?;
    let loading = if changes::is_change_stream(ctx) {
        prepare::for_append(session, target, &changes::table_schema(target, schema, deletes)?, known, ctx)?
    } else {
        prepare::for_append(session, target, schema, known, ctx)?
    };
    check_key(session, target, &key, &loading.plan)?;
    Ok(loading)
}

/// The key that rows are upserted by.
pub(crate) fn key(target: &Table, schema: &Schema, ctx: &StreamContext) -> Result<Vec<String>> {
    let key = ddl::primary_key(schema, &ctx.primary_key)?;
    if key.is_empty() {
        let message = format!(
            "{target} is to be upserted, but the stream has no primary key; name the columns that tell its rows apart in \
             the pipeline's primary_key"
        );
        return Err(ConnectorError::config("dest.upsert-without-key", message));
    }
    Ok(key)
}

/// Without a matching unique index the server cannot tell which row a new one replaces.
pub(crate) fn check_key(session: &mut Session, target: &Table, key: &[String], plan: &Plan) -> Result<()> {
    let names: Vec<&str> = key.iter().map(String::as_str).collect();
    if let Some(missing) = names.iter().find(|name| !plan.columns.iter().any(|column| column.name == **name)) {
        let message = format!("{target}: the key's column {} is not written", quote_identifier(missing));
        return Err(errors::schema("dest.key-column-not-found", message));
    }
    let found = session.query(
        "SELECT CASE WHEN bool_or(x.indimmediate) THEN 'usable' WHEN count(*) > 0 THEN 'deferrable' END \
         FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relname = $2 AND x.indisunique AND x.indisvalid \
           AND x.indpred IS NULL AND x.indexprs IS NULL AND (SELECT array_agg(a.attname::text COLLATE \"C\" ORDER BY \
             a.attname::text COLLATE \"C\") FROM unnest(x.indkey) WITH ORDINALITY AS k(number, place) \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number \
             WHERE k.place <= x.indnkeyatts) = (SELECT array_agg(k COLLATE \"C\" ORDER BY k COLLATE \"C\") \
             FROM unnest($3::text[]) k)",
        &[Some(&target.schema), Some(&target.name), Some(&text_array(&names))],
    );
    let doing = format!("looking for the key of {target}");
    let found = found.map_err(|e| errors::before_commit(&doing, e))?;
    let columns = list(key.iter());
    let lacks = match found.single() {
        Some("usable") => return Ok(()),
        Some(_) => format!(
            "{target} has a unique constraint on ({columns}), but it is DEFERRABLE, and rows cannot be upserted by such a one"
        ),
        None => format!("{target} has no unique index on just ({columns}), by which rows are to be upserted"),
    };
    let message = format!(
        "{lacks}; name other columns in the pipeline's primary_key, or run: CREATE UNIQUE INDEX ON {target} ({columns})"
    );
    Err(errors::schema("dest.no-unique-index", message))
}

impl Merge {
    /// Makes the stage in the open transaction; `loading`, as planned by [`prepare`], goes there from now on.
    pub(crate) fn stage(
        session: &mut Session,
        loading: &mut Loading,
        schema: &Schema,
        method: LoadMethod,
        deletes: Deletes,
        ctx: &StreamContext,
    ) -> Result<Merge> {
        let key = key(&loading.target, schema, ctx)?;
        let target = loading.table.clone();
        let stage = Table { schema: "pg_temp".to_owned(), name: "_rb_stage".to_owned() };
        let columns = loading.plan.column_list();
        let conflict = on_conflict(&loading.plan, &key);
        let names: Vec<String> = loading.plan.columns.iter().map(|column| column.name.clone()).collect();
        let of_changes = changes::is_change_stream(ctx);
        let required: Vec<String> = if of_changes {
            changes::load_stage(&mut loading.plan, schema).into_iter().chain([changes::key_check(&key)]).collect()
        } else {
            key.iter().map(|name| format!("ALTER {} SET NOT NULL", quote_identifier(name))).collect()
        };
        // COPY appends to a table of its own transaction without looking for room in earlier pages, so
        // that rows lie in the order of their arrival. INSERT does not.
        let (numbered, arrival) = match method {
            LoadMethod::Copy => ("", "ctid"),
            LoadMethod::Insert => (", ADD _rb_arrival bigint GENERATED ALWAYS AS IDENTITY", "_rb_arrival"),
        };
        let sql = format!(
            "CREATE TEMP TABLE {stage} ON COMMIT DROP AS SELECT {columns} FROM {target} WITH NO DATA; \
             ALTER TABLE {stage} {}{numbered}",
            required.join(", ")
        );
        let doing = format!("making a temporary table for the rows of {target}");
        session.execute(&sql).map_err(|e| errors::before_commit(&doing, e))?;
        loading.table = stage.clone();
        let way = if of_changes {
            Way::Changes(Application::new(&target, &stage, deletes, &key, names, arrival, conflict))
        } else {
            let into = format!("INSERT INTO {target} AS old ({columns}) OVERRIDING SYSTEM VALUE");
            let key = list(key.iter());
            Way::Rows {
                once: format!("{into} SELECT {columns} FROM {stage} {conflict}"),
                last: format!(
                    "{into} SELECT DISTINCT ON ({key}) {columns} FROM {stage} ORDER BY {key}, {arrival} DESC {conflict}"
                ),
            }
        };
        Ok(Merge { target, stage, way })
    }

    /// Moves what is staged.
    pub(crate) fn run(&self, session: &mut Session) -> Result<()> {
        let doing = format!("upserting into {}", self.target);
        let failed = |error: PgError| errors::before_commit(&doing, error);
        host::phase(phases::MERGE);
        match &self.way {
            Way::Rows { once, last } => {
                match session.execute(&format!("SAVEPOINT rb_merge; {once}")) {
                    Err(error) if error.sqlstate() == Some(TWICE) => {
                        session.execute(&format!("ROLLBACK TO rb_merge; {last}")).map_err(failed)?;
                    }
                    other => drop(other.map_err(failed)?),
                }
                session.execute("RELEASE rb_merge").map_err(failed)?;
            }
            Way::Changes(application) => application.run(session)?,
        }
        host::phase(phases::QUERY);
        steps::reached(steps::UPSERT_MERGED);
        Ok(())
    }

    /// Makes room for more.
    pub(crate) fn empty(&self, session: &mut Session) -> Result<()> {
        self.change(session, "TRUNCATE")
    }

    /// There may be another stage in this transaction.
    pub(crate) fn end(&self, session: &mut Session) -> Result<()> {
        self.change(session, "DROP TABLE")
    }

    fn change(&self, session: &mut Session, what: &str) -> Result<()> {
        let doing = format!("clearing the temporary table for {}", self.target);
        session.execute(&format!("{what} {}", self.stage)).map(drop).map_err(|e| errors::before_commit(&doing, e))
    }
}

/// What happens to a row whose key is there: only columns that are loaded change, and only a row that
/// differs. Rows are compared by their images, which every type has and which also differ where an
/// equality of the type's own is lax, as with `citext` or `1.0` and `1.00`.
fn on_conflict(plan: &Plan, key: &[String]) -> String {
    let values = || plan.columns.iter().map(|column| &column.name).filter(|name| !key.contains(name));
    let target = list(key.iter());
    if values().next().is_none() {
        return format!("ON CONFLICT ({target}) DO NOTHING");
    }
    let of = |row: &str| {
        let columns: Vec<String> = values().map(|name| format!("{row}.{}", quote_identifier(name))).collect();
        // Without the cast each pair of columns would be compared on its own.
        format!("ROW({})::record", columns.join(", "))
    };
    let set: Vec<String> = values().map(|name| format!("{0} = excluded.{0}", quote_identifier(name))).collect();
    let (old, new) = (of("old"), of("excluded"));
    format!("ON CONFLICT ({target}) DO UPDATE SET {} WHERE {old} OPERATOR(pg_catalog.*<>) {new}", set.join(", "))
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let quoted: Vec<String> = names.map(|name| quote_identifier(name)).collect();
    quoted.join(", ")
}
