//! Forms of values, and the expressions that print, order and hash them.

use rapidbyte_sdk::names::{quote_identifier, quote_literal};
use rapidbyte_sdk::types::{ComparedColumn, Comparison, KeyRange};
use rapidbyte_sdk::{ConnectorError, Result};

use super::table::{Column, Table};
use super::Key;

/// Type identifiers that are the same in every server, from `pg_type.dat`.
mod oid {
    pub(super) const BOOL: u32 = 16;
    pub(super) const BYTEA: u32 = 17;
    pub(super) const INT8: u32 = 20;
    pub(super) const INT2: u32 = 21;
    pub(super) const INT4: u32 = 23;
    pub(super) const TEXT: u32 = 25;
    pub(super) const OID: u32 = 26;
    pub(super) const JSON: u32 = 114;
    pub(super) const FLOAT4: u32 = 700;
    pub(super) const FLOAT8: u32 = 701;
    pub(super) const BPCHAR: u32 = 1042;
    pub(super) const VARCHAR: u32 = 1043;
    pub(super) const DATE: u32 = 1082;
    pub(super) const TIME: u32 = 1083;
    pub(super) const TIMESTAMP: u32 = 1114;
    pub(super) const TIMESTAMPTZ: u32 = 1184;
    pub(super) const NUMERIC: u32 = 1700;
    pub(super) const UUID: u32 = 2950;
    pub(super) const JSONB: u32 = 3802;
}

/// Every type can be printed, so two sides always have this form in common.
const TEXT: &str = "text";
/// Digits without zeros at the end, whatever the scale.
const DECIMAL: &str = "decimal";

/// The forms of a column's values, best first.
pub(super) fn forms(column: &Column) -> Vec<String> {
    let mut forms: Vec<String> = match column.type_oid {
        oid::BOOL => vec!["boolean".to_owned()],
        oid::INT2 | oid::INT4 | oid::INT8 | oid::OID => vec!["integer".to_owned(), DECIMAL.to_owned()],
        oid::NUMERIC => {
            let scaled = scale(column.modifier).map(|scale| format!("{DECIMAL}({scale})"));
            scaled.into_iter().chain([DECIMAL.to_owned()]).collect()
        }
        oid::FLOAT4 => vec!["real".to_owned(), "double".to_owned()],
        oid::FLOAT8 => vec!["double".to_owned()],
        oid::BPCHAR => vec!["char".to_owned()],
        oid::BYTEA => vec!["bytes".to_owned()],
        oid::DATE => vec!["date".to_owned()],
        oid::TIME => vec!["time".to_owned()],
        oid::TIMESTAMP => vec!["timestamp".to_owned()],
        oid::TIMESTAMPTZ => vec!["timestamptz".to_owned()],
        oid::UUID => vec!["uuid".to_owned()],
        oid::JSON => vec!["json".to_owned(), "jsonb".to_owned()],
        oid::JSONB => vec!["jsonb".to_owned()],
        _ => Vec::new(),
    };
    forms.push(TEXT.to_owned());
    forms
}

/// The scale of a numeric's modifier: eleven bits, signed; four bytes of header are counted in.
fn scale(modifier: i32) -> Option<i32> {
    modifier.checked_sub(4).filter(|packed| *packed >= 0).map(|packed| ((packed & 0x7ff) ^ 1024) - 1024)
}

/// A column in one form.
struct Term {
    /// Its value as text.
    printed: String,
    /// What rows are ordered by.
    order: String,
    /// What `literal_type` is compared with for equality; may use an index where `order` cannot.
    equal: String,
    literal_type: &'static str,
}

impl Term {
    fn of(table: &Table, compared: &ComparedColumn) -> Result<Term> {
        let column = table.column(&compared.name)?;
        let name = quote_identifier(&column.name);
        if !forms(column).contains(&compared.form) {
            let message = format!("{}: {name} has no form {:?} any more", table.quoted, compared.form);
            return Err(ConnectorError::schema("pg.form", message));
        }
        let cast = |kind: &str| format!("{name}::{kind}");
        let native =
            |literal_type| Term { printed: cast("text"), order: name.clone(), equal: name.clone(), literal_type };
        let printed = |printed: String| Term {
            order: format!("({printed}) COLLATE \"C\""),
            equal: format!("({printed})"),
            printed,
            literal_type: "text",
        };
        Ok(match compared.form.as_str() {
            "boolean" => native("boolean"),
            "integer" => native("int8"),
            "real" => native("float4"),
            "double" => Term { printed: format!("{name}::float8::text"), ..native("float8") },
            "bytes" => native("bytea"),
            "date" => native("date"),
            "time" => native("time"),
            "timestamp" => native("timestamp"),
            "timestamptz" => native("timestamptz"),
            "uuid" => native("uuid"),
            "char" => Term { equal: name.clone(), literal_type: "bpchar", ..printed(cast("text")) },
            "jsonb" => printed(format!("{name}::jsonb::text")),
            DECIMAL => Term {
                printed: format!(
                    "CASE WHEN scale({name}::numeric) > 0 THEN rtrim(rtrim({name}::text, '0'), '.') ELSE {name}::text END"
                ),
                ..native("numeric")
            },
            form if form.starts_with(DECIMAL) => native("numeric"),
            _ => match column.type_oid {
                oid::TEXT | oid::VARCHAR => Term { equal: name.clone(), ..printed(cast("text")) },
                // A cast would strip the blanks at its end.
                oid::BPCHAR => printed(format!("CASE WHEN {name} IS NOT NULL THEN concat({name}) END")),
                _ => printed(cast("text")),
            },
        })
    }
}

/// The expressions of one comparison over one table.
pub(super) struct Terms {
    columns: Vec<Term>,
    key: Vec<Term>,
}

impl Terms {
    pub(super) fn of(table: &Table, what: &Comparison) -> Result<Terms> {
        let terms = |compared: &[ComparedColumn]| -> Result<Vec<Term>> {
            compared.iter().map(|column| Term::of(table, column)).collect()
        };
        Ok(Terms { columns: terms(&what.columns)?, key: terms(&what.key)? })
    }

    /// The hash of a row. A hash of an array is linear in those of its elements, which a sum over
    /// rows would not tell apart from their sums; hashing it once more ends that.
    pub(super) fn hash(&self) -> String {
        if self.columns.is_empty() {
            return "0".to_owned();
        }
        let values = list(&self.columns, |term| &term.printed);
        format!("hashtextextended(hash_array_extended(ARRAY[{values}] COLLATE \"C\", 0)::text COLLATE \"C\", 0)")
    }

    /// The key's values, as a list of columns.
    pub(super) fn printed_key(&self) -> String {
        list(&self.key, |term| &term.printed)
    }

    /// What the key's order is, as a list of columns.
    pub(super) fn order(&self) -> String {
        list(&self.key, |term| &term.order)
    }

    /// `WHERE` a row's key lies in the range; nothing for a range without bounds.
    pub(super) fn within(&self, range: &KeyRange) -> Result<String> {
        let mut conditions = Vec::new();
        for (bound, operator) in [(&range.lower, ">="), (&range.upper, "<")] {
            if let Some(key) = bound {
                conditions.push(format!("({}) {operator} {}", self.order(), self.literal(key)?));
            }
        }
        Ok(if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) })
    }

    /// Whether a row's key is one of these.
    pub(super) fn among(&self, keys: &[Key]) -> Result<String> {
        let literals: Vec<String> = keys.iter().map(|key| self.literal(key)).collect::<Result<_>>()?;
        Ok(format!("({}) IN (VALUES {})", list(&self.key, |term| &term.equal), literals.join(", ")))
    }

    /// The number of the range that a row is in, from 0: a binary search over the cuts.
    pub(super) fn range_of(&self, cuts: &[Key]) -> Result<String> {
        let tests: Vec<String> =
            cuts.iter().map(|cut| Ok(format!("({}) < {}", self.order(), self.literal(cut)?))).collect::<Result<_>>()?;
        let mut sql = String::new();
        search(&tests, 0, &mut sql);
        Ok(sql)
    }

    fn literal(&self, key: &Key) -> Result<String> {
        if key.len() != self.key.len() {
            let message = format!("a key has {} values instead of {}", key.len(), self.key.len());
            return Err(ConnectorError::internal("pg.key", message));
        }
        let values: Vec<String> = key
            .iter()
            .zip(&self.key)
            .map(|(value, term)| format!("{}::{}", quote_literal(value), term.literal_type))
            .collect();
        Ok(format!("({})", values.join(", ")))
    }
}

fn list(terms: &[Term], part: impl Fn(&Term) -> &String) -> String {
    let parts: Vec<&str> = terms.iter().map(|term| part(term).as_str()).collect();
    parts.join(", ")
}

/// `tests[i]` holds left of the i-th cut.
fn search(tests: &[String], first: usize, sql: &mut String) {
    if tests.is_empty() {
        sql.push_str(&first.to_string());
        return;
    }
    let middle = tests.len() / 2;
    sql.push_str(&format!("CASE WHEN {} THEN ", tests[middle]));
    search(&tests[..middle], first, sql);
    sql.push_str(" ELSE ");
    search(&tests[middle + 1..], first + middle + 1, sql);
    sql.push_str(" END");
}
