//! What hangs on a table that is to be replaced by another of the same name (I17).

use rapidbyte_pg::PgError;
use rapidbyte_sdk::names::{quote_identifier, quote_literal};

use crate::catalog::Table;
use crate::connector::Session;

/// Everything of a table that `CREATE TABLE … (LIKE …)` does not copy and a swap brings over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Belongings {
    oid: String,
    owner: String,
    comment: Option<String>,
    /// Grantee (none is PUBLIC), privilege, whether it may be handed on.
    grants: Vec<(Option<String>, String, bool)>,
    indexes: Vec<Index>,
}

/// An index, with the constraint it serves if there is one.
#[derive(Debug, PartialEq, Eq)]
struct Index {
    name: String,
    /// Such as `PRIMARY KEY (id)`; none for an index without a constraint.
    constraint: Option<String>,
    unique: bool,
    /// From the access method on.
    definition: String,
    comment: Option<String>,
    constraint_comment: Option<String>,
}

/// Whether a table can be swapped for its shadow without losing anything; if not, why.
pub(crate) enum Fate {
    Swap(Belongings),
    Keep(String),
}

/// The first reason, in words, why a table must keep its identity. A swap loses what refers to it
/// by its oid, and what LIKE and the steps of [`Belongings`] do not bring over.
const REASON: &str = "\
    SELECT CASE \
    WHEN c.relkind <> 'r' THEN 'it is partitioned' \
    WHEN c.relispartition OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)) \
      THEN 'it takes part in inheritance' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_depend d \
        ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid \
        WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid) THEN 'views or rules use it' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND c.oid IN (k.conrelid, k.confrelid)) \
      THEN 'it has foreign keys' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid) THEN 'it has triggers' \
    WHEN c.relrowsecurity OR c.relforcerowsecurity \
      OR EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid) THEN 'it has row security' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_publication_rel p WHERE p.prrelid = c.oid) THEN 'a publication names it' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND \
        (a.attidentity <> '' OR a.attacl IS NOT NULL OR a.attoptions IS NOT NULL)) \
      THEN 'a column has an identity, grants or options' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S' \
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass \
        AND d.refobjid = c.oid) THEN 'it owns sequences' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refclassid = 'pg_catalog.pg_type'::regclass \
        AND d.deptype = 'n' AND d.refobjid IN (SELECT t.oid FROM pg_catalog.pg_type t \
          WHERE t.oid = c.reltype OR t.typelem = c.reltype)) THEN 'its row type is used' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refclassid = 'pg_catalog.pg_class'::regclass \
        AND d.refobjid = c.oid AND d.classid = 'pg_catalog.pg_proc'::regclass) THEN 'functions use it' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
        AND d.objid = c.oid AND d.deptype = 'e') THEN 'it belongs to an extension' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_statistic_ext s WHERE s.stxrelid = c.oid) THEN 'it has extended statistics' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_seclabel s WHERE s.objoid = c.oid) THEN 'it has a security label' \
    WHEN c.relpersistence <> 'p' OR c.reloftype <> 0 OR c.relreplident <> 'd' OR c.reltablespace <> 0 \
      OR c.reloptions IS NOT NULL OR m.amname <> 'heap' \
      OR EXISTS (SELECT FROM pg_catalog.pg_class t WHERE t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL) \
      THEN 'it has storage settings of its own' \
    WHEN EXISTS (SELECT FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid \
        WHERE x.indrelid = c.oid AND (x.indisclustered OR x.indisreplident OR NOT x.indisvalid \
          OR i.reltablespace <> 0 OR i.reloptions IS NOT NULL)) THEN 'an index has settings of its own' \
    WHEN NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') THEN 'another role owns it' \
    WHEN c.relacl IS NOT NULL AND EXISTS ( \
        SELECT d.privilege_type FROM pg_catalog.aclexplode(pg_catalog.acldefault('r', c.relowner)) d \
        EXCEPT SELECT g.privilege_type FROM pg_catalog.aclexplode(c.relacl) g WHERE g.grantee = c.relowner) \
      THEN 'its owner gave up rights' \
    END FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam WHERE c.oid = $1::oid";

/// Looks what hangs on the table.
pub(crate) fn examine(session: &mut Session, table: &Table, oid: &str) -> Result<Fate, PgError> {
    if let Some(reason) = session.query(REASON, &[Some(oid)])?.single() {
        return Ok(Fate::Keep(reason.to_owned()));
    }
    let facts = session.query(
        "SELECT pg_catalog.pg_get_userbyid(c.relowner)::text, pg_catalog.obj_description(c.oid, 'pg_class') \
         FROM pg_catalog.pg_class c WHERE c.oid = $1::oid",
        &[Some(oid)],
    )?;
    let owner = facts.row(0).text(0)?.to_owned();
    let comment = facts.row(0).get(1).map(str::to_owned);
    let grants = grants(session, oid)?;
    Ok(match indexes(session, table, oid)? {
        Some(indexes) => Fate::Swap(Belongings { oid: oid.to_owned(), owner, comment, grants, indexes }),
        None => Fate::Keep("an index is spelled in an unknown way".to_owned()),
    })
}

/// What a definition says of each column and of the rows as a whole.
const DEFINITION: &str = "\
    SELECT a.attname::text AS part, concat_ws(' ', a.atttypid, a.atttypmod, a.attcollation, a.attnotnull, a.attstorage, \
        a.attgenerated, to_jsonb(a) ->> 'attcompression', pg_catalog.pg_get_expr(d.adbin, d.adrelid), \
        pg_catalog.col_description(a.attrelid, a.attnum)) AS said \
    FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
    WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped \
    UNION ALL \
    SELECT 'constraint ' || k.conname, concat_ws(' ', pg_catalog.pg_get_constraintdef(k.oid), \
        pg_catalog.obj_description(k.oid, 'pg_constraint')) \
    FROM pg_catalog.pg_constraint k WHERE k.conrelid = $1::oid AND k.contype = 'c'";

/// Whether `copy` still has all that the definition of `table` says, so that nothing which was changed
/// since the one was made like the other is lost. It may have more columns.
pub(crate) fn is_copy(session: &mut Session, table: &str, copy: &str) -> Result<bool, PgError> {
    let of_copy = DEFINITION.replace("$1", "$2");
    let sql = format!("SELECT (NOT EXISTS ({DEFINITION} EXCEPT ({of_copy})))::text");
    Ok(session.query(&sql, &[Some(table), Some(copy)])?.single() == Some("true"))
}

/// What others than the owner may do.
fn grants(session: &mut Session, oid: &str) -> Result<Vec<(Option<String>, String, bool)>, PgError> {
    let rows = session.query(
        "SELECT CASE WHEN g.grantee <> 0 THEN pg_catalog.pg_get_userbyid(g.grantee)::text END, g.privilege_type, \
                bool_or(g.is_grantable)::text \
         FROM pg_catalog.pg_class c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) g \
         WHERE c.oid = $1::oid AND g.grantee <> c.relowner GROUP BY 1, 2 ORDER BY 1, 2",
        &[Some(oid)],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0).map(str::to_owned), row.text(1)?.to_owned(), row.text(2)? == "true")))
        .collect()
}

/// The indexes, keys first; none if one is not spelled as expected.
fn indexes(session: &mut Session, table: &Table, oid: &str) -> Result<Option<Vec<Index>>, PgError> {
    let rows = session.query(
        "SELECT i.relname::text, pg_catalog.pg_get_constraintdef(k.oid), x.indisunique::text, \
                pg_catalog.pg_get_indexdef(i.oid), \
                pg_catalog.format('CREATE %sINDEX %I ON %I.%I ', CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END, \
                  i.relname, $2::text, $3::text), \
                pg_catalog.obj_description(i.oid, 'pg_class'), pg_catalog.obj_description(k.oid, 'pg_constraint') \
         FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid \
         LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.oid AND k.conrelid = x.indrelid \
           AND k.contype IN ('p', 'u', 'x') \
         WHERE x.indrelid = $1::oid ORDER BY x.indisprimary DESC, i.relname",
        &[Some(oid), Some(&table.schema), Some(&table.name)],
    )?;
    let mut indexes = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        let Some(definition) = row.text(3)?.strip_prefix(row.text(4)?) else { return Ok(None) };
        indexes.push(Index {
            name: row.text(0)?.to_owned(),
            constraint: row.get(1).map(str::to_owned),
            unique: row.text(2)? == "true",
            definition: definition.to_owned(),
            comment: row.get(5).map(str::to_owned),
            constraint_comment: row.get(6).map(str::to_owned),
        });
    }
    Ok(Some(indexes))
}

/// Gives the shadow the table's unique indexes for as long as it is loaded, so that a row which comes twice
/// is told from the others (I19). One over a column that the shadow lacks is left out.
pub(crate) fn guard(session: &mut Session, table: &Table, oid: &str, shadow: &Table) -> Result<(), PgError> {
    let indexes = indexes(session, table, oid)?.unwrap_or_default();
    for index in indexes.iter().filter(|index| index.unique) {
        let sql = format!("SAVEPOINT rb_guard; CREATE UNIQUE INDEX ON {shadow} {}", index.definition);
        match session.execute(&sql) {
            Err(error) if error.sqlstate() == Some(NO_COLUMN) => session.execute("ROLLBACK TO rb_guard").map(drop)?,
            other => drop(other?),
        }
    }
    Ok(())
}

/// The manual's `undefined_column`.
const NO_COLUMN: &str = "42703";

/// Takes back what [`guard`] gave.
pub(crate) fn drop_guards(session: &mut Session, shadow: &Table) -> Result<(), PgError> {
    let name = quote_literal(&shadow.to_string());
    let drops = format!(
        "SELECT string_agg(format('DROP INDEX %s', x.indexrelid::regclass), '; ') FROM pg_catalog.pg_index x \
         WHERE x.indrelid = {name}::regclass"
    );
    match session.simple_query(&drops)?.single() {
        Some(sql) => session.execute(sql).map(drop),
        None => Ok(()),
    }
}

impl Belongings {
    /// Builds the indexes and keys on the shadow, under names that are free while both tables stand.
    pub(crate) fn build_indexes(&self, session: &mut Session, shadow: &Table) -> Result<(), PgError> {
        for (number, index) in self.indexes.iter().enumerate() {
            let name = quote_identifier(&passing_name(shadow, number));
            let sql = match &index.constraint {
                Some(constraint) => format!("ALTER TABLE {shadow} ADD CONSTRAINT {name} {constraint}"),
                None => {
                    let unique = if index.unique { "UNIQUE " } else { "" };
                    format!("CREATE {unique}INDEX {name} ON {shadow} {}", index.definition)
                }
            };
            session.execute(&sql)?;
        }
        Ok(())
    }

    /// Puts the shadow in the table's place, with owner, grants, comments and the indexes' names.
    /// The table must be locked. Dropping it fails where something unforeseen depends on it.
    pub(crate) fn swap(&self, session: &mut Session, table: &Table, shadow: &Table) -> Result<(), PgError> {
        let owner = quote_identifier(&self.owner);
        session.execute(&format!("ALTER TABLE {shadow} OWNER TO {owner}"))?;
        self.grant(session, shadow)?;
        let mut sql = format!(
            "COMMENT ON TABLE {shadow} IS {}; DROP TABLE {table}; ALTER TABLE {shadow} RENAME TO {};",
            literal(self.comment.as_deref()),
            quote_identifier(&table.name)
        );
        for (number, index) in self.indexes.iter().enumerate() {
            let (old, new) = (quote_identifier(&passing_name(shadow, number)), quote_identifier(&index.name));
            let schema = quote_identifier(&table.schema);
            match &index.constraint {
                Some(_) => sql += &format!("ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new};"),
                None => sql += &format!("ALTER INDEX {schema}.{old} RENAME TO {new};"),
            }
            if index.comment.is_some() {
                sql += &format!("COMMENT ON INDEX {schema}.{new} IS {};", literal(index.comment.as_deref()));
            }
            if index.constraint_comment.is_some() {
                let comment = literal(index.constraint_comment.as_deref());
                sql += &format!("COMMENT ON CONSTRAINT {new} ON {table} IS {comment};");
            }
        }
        session.execute(&sql).map(drop)
    }

    /// Default privileges may have granted more than the table had.
    fn grant(&self, session: &mut Session, shadow: &Table) -> Result<(), PgError> {
        let oid = format!("SELECT {}::regclass::oid::text", quote_literal(&shadow.to_string()));
        let oid = session.simple_query(&oid)?.single().unwrap_or_default().to_owned();
        for (grantee, privilege, _) in grants(session, &oid)? {
            session.execute(&format!("REVOKE {privilege} ON {shadow} FROM {}", role(grantee.as_deref())))?;
        }
        for (grantee, privilege, grantable) in &self.grants {
            let option = if *grantable { " WITH GRANT OPTION" } else { "" };
            session.execute(&format!("GRANT {privilege} ON {shadow} TO {}{option}", role(grantee.as_deref())))?;
        }
        Ok(())
    }
}

/// Free because the shadow's own name is.
fn passing_name(shadow: &Table, number: usize) -> String {
    format!("{}_{number}", shadow.name)
}

fn role(name: Option<&str>) -> String {
    name.map_or_else(|| "PUBLIC".to_owned(), quote_identifier)
}

fn literal(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), quote_literal)
}
