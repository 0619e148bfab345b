//! Which PostgreSQL type a column of a stream wants (I27).

use std::collections::HashMap;

use rapidbyte_pg::{PgError, TransactionStatus};
use rapidbyte_sdk::arrow::{keys, DataType, Field};

use crate::catalog::BASE_TYPE;
use crate::connector::Session;
use crate::encode::Binary;

/// A type that this server knows by the source's spelling.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) oid: String,
    /// The function that reads its binary form, a domain's from its base type.
    pub(crate) receive: String,
    pub(crate) is_domain: bool,
}

/// The native types of a schema that this server knows, by spelling.
pub(crate) type KnownTypes = HashMap<String, Known>;

/// Looks up every native type of the fields.
pub(crate) fn known_types(session: &mut Session, fields: &[Field]) -> Result<KnownTypes, PgError> {
    let mut names: Vec<&str> = fields.iter().filter_map(Field::native_type).filter(|name| is_plain(name)).collect();
    names.sort_unstable();
    names.dedup();
    match look_up(session, &names) {
        // Before version 17 one name that does not parse spoils the whole query.
        Err(error) if error.sqlstate().is_some() && names.len() > 1 => {
            let mut known = KnownTypes::new();
            for name in names {
                match look_up(session, &[name]) {
                    Ok(found) => known.extend(found),
                    Err(error) if error.sqlstate().is_some() => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(known)
        }
        Err(error) if error.sqlstate().is_some() => Ok(KnownTypes::new()),
        other => other,
    }
}

/// A spelling is used in DDL after the server has read it as a type; this keeps out what would
/// read differently there.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains("--") && !name.contains("/*") && !name.contains([';', '\n', '\r', '\0'])
}

fn look_up(session: &mut Session, names: &[&str]) -> Result<KnownTypes, PgError> {
    if names.is_empty() {
        return Ok(KnownTypes::new());
    }
    let base = BASE_TYPE.replace("start_type", "y.oid").replace("start_modifier", "-1");
    let sql = format!(
        "SELECT n.name, y.oid::text, b.receive, (y.typtype = 'd')::text FROM unnest($1::text[]) AS n(name) \
         JOIN pg_catalog.pg_type y ON y.oid = to_regtype(n.name) CROSS JOIN LATERAL ({base}) b \
         WHERE y.typtype <> 'p'"
    );
    let in_transaction = session.transaction_status() == TransactionStatus::InTransaction;
    if in_transaction {
        session.execute("SAVEPOINT rb_types")?;
    }
    let answer = session.query(&sql, &[Some(&text_array(names))]);
    if in_transaction {
        let end = if answer.is_ok() { "RELEASE rb_types" } else { "ROLLBACK TO rb_types" };
        session.execute(end)?;
    }
    answer?
        .iter()
        .map(|row| {
            let known = Known {
                oid: row.text(1)?.to_owned(),
                receive: row.text(2)?.to_owned(),
                is_domain: row.text(3)? == "true",
            };
            Ok((row.text(0)?.to_owned(), known))
        })
        .collect()
}

/// The text form of an array of text.
pub(crate) fn text_array(items: &[&str]) -> String {
    let quoted: Vec<String> =
        items.iter().map(|item| format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}

/// The type to give a new column: the source's own where this server knows it and the values fit
/// it, else one that holds whatever the Arrow type does.
pub(crate) fn type_for(field: &Field, known: &KnownTypes) -> Wanted {
    let Some(native) = field.native_type() else {
        return Wanted { sql: arrow_type(field), lost: None };
    };
    match known.get(native) {
        Some(found) if carries(field, found) => Wanted { sql: native.to_owned(), lost: None },
        Some(_) => Wanted { sql: arrow_type(field), lost: None },
        None => Wanted { sql: arrow_type(field), lost: Some(native.to_owned()) },
    }
}

/// A new column's type.
pub(crate) struct Wanted {
    pub(crate) sql: String,
    /// The native type that this server lacks.
    pub(crate) lost: Option<String>,
}

/// Whether a field's values are those of its native type. A transform may have made text of a
/// number and left the note of its origin.
fn carries(field: &Field, known: &Known) -> bool {
    match field.data_type {
        // A domain always travels as text.
        DataType::Utf8 if known.is_domain => true,
        // What has an Arrow type of its own never travels as text.
        DataType::Utf8 => !matches!(
            known.receive.as_str(),
            "boolrecv"
                | "int2recv"
                | "int4recv"
                | "int8recv"
                | "oidrecv"
                | "float4recv"
                | "float8recv"
                | "bytearecv"
                | "uuid_recv"
                | "date_recv"
                | "time_recv"
                | "timestamp_recv"
                | "timestamptz_recv"
        ),
        _ => Binary::choose(&field.data_type, &known.receive).is_some(),
    }
}

fn arrow_type(field: &Field) -> String {
    match &field.data_type {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int16 => "smallint".to_owned(),
        DataType::Int32 => "integer".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float32 => "real".to_owned(),
        DataType::Float64 => "double precision".to_owned(),
        DataType::Decimal128 { precision, scale } if *scale >= 0 && *scale as u8 <= *precision => {
            format!("numeric({precision},{scale})")
        }
        DataType::Decimal128 { .. } => "numeric".to_owned(),
        DataType::Utf8 if field.metadata(keys::EXTENSION_NAME) == Some("arrow.json") => "json".to_owned(),
        DataType::Utf8 => "text".to_owned(),
        DataType::FixedSizeBinary(16) if field.metadata(keys::EXTENSION_NAME) == Some("arrow.uuid") => {
            "uuid".to_owned()
        }
        DataType::Binary | DataType::FixedSizeBinary(_) => "bytea".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Time64Micros => "time".to_owned(),
        DataType::TimestampMicros { zone: None } => "timestamp".to_owned(),
        DataType::TimestampMicros { zone: Some(_) } => "timestamptz".to_owned(),
    }
}

/// The digits behind the point, or the seconds' digits, that a field's values may have, where its
/// type limits them.
pub(crate) fn scale_of(field: &Field) -> Option<i32> {
    match &field.data_type {
        DataType::Decimal128 { scale, .. } => Some(i32::from(*scale)),
        DataType::Int16 | DataType::Int32 | DataType::Int64 => Some(0),
        _ => {
            let native = field.native_type()?;
            let modifier = native.split_once('(')?.1.split_once(')')?.0;
            modifier.rsplit(',').next()?.trim().parse().ok()
        }
    }
}
