//! How the columns of a stream meet those of a table: by name, never by position (I22).

use rapidbyte_pg::tuples;
use rapidbyte_sdk::arrow::{DataType, Field, Schema};
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::types::{
    NewColumnPolicy, NullabilityChangePolicy, RemovedColumnPolicy, SchemaEvolution, TypeChangePolicy,
};
use rapidbyte_sdk::Result;

use crate::catalog::{Column, Table};
use crate::encode::Binary;
use crate::errors;
use crate::types::{scale_of, type_for, KnownTypes};

/// What is loaded, in the stream's order.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) columns: Vec<Planned>,
    /// Columns that the table lacks and shall get: name and type.
    pub(crate) additions: Vec<(String, String)>,
}

/// One column that is loaded.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Its place in the stream's schema.
    pub(crate) index: usize,
    pub(crate) name: String,
    /// What its text form can be cast to without being cut or rounded.
    pub(crate) bare_type_name: String,
    pub(crate) form: Form,
    /// Whether the column's type is the stream's native one, so that their binary forms are the same.
    pub(crate) same_type: bool,
}

/// How a column's values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Binary(Binary),
    /// As text that the server reads.
    Text,
    /// All as NULL: the types do not match and the policy says so.
    Null,
}

impl Plan {
    /// Whether every column has a binary form.
    pub(crate) fn is_binary(&self) -> bool {
        self.columns.iter().all(|column| column.form != Form::Text)
    }

    /// Whether the server can read tuples of the stream as another has written them: all columns, in their order and own types.
    pub(crate) fn takes_tuples(&self, schema: &Schema) -> bool {
        let taken = |(place, column): (usize, &Planned)| {
            column.index == place && column.same_type && matches!(column.form, Form::Binary(_))
        };
        tuples::is_offered(schema)
            && self.columns.len() == schema.fields.len()
            && self.columns.iter().enumerate().all(taken)
    }

    /// The columns' names, quoted, for COPY and INSERT.
    pub(crate) fn column_list(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quote_identifier(&column.name)).collect();
        names.join(", ")
    }
}

/// Plans the load of `schema` into `table` with the columns `existing`.
pub(crate) fn plan(
    table: &Table,
    existing: &[Column],
    schema: &Schema,
    known: &KnownTypes,
    policy: &SchemaEvolution,
) -> Result<Plan> {
    let mut plan = Plan { columns: Vec::new(), additions: Vec::new() };
    for (index, field) in schema.fields.iter().enumerate() {
        match existing.iter().find(|column| column.name == field.name) {
            Some(column) if column.generated => rapidbyte_sdk::warn!(
                "{table}: the server generates the column {}, so its values are left out",
                quote_identifier(&column.name)
            ),
            Some(column) => plan.columns.push(meet(table, index, field, column, known, policy)?),
            None => new_column(&mut plan, table, field, known, policy)?,
        }
    }
    for column in existing {
        if !schema.fields.iter().any(|field| field.name == column.name) {
            missing_column(table, column, policy)?;
        }
    }
    if plan.columns.is_empty() && plan.additions.is_empty() {
        return Err(errors::schema("dest.no-columns", format!("no column of the stream is one of {table}'s")));
    }
    Ok(plan)
}

fn meet(
    table: &Table,
    index: usize,
    field: &Field,
    column: &Column,
    known: &KnownTypes,
    policy: &SchemaEvolution,
) -> Result<Planned> {
    if policy.nullability_change == NullabilityChangePolicy::Fail && column.not_null && field.nullable {
        return Err(errors::schema(
            "dest.nullability-changed",
            format!(
                "{table}: the column {} is NOT NULL, but the stream's may hold nulls",
                quote_identifier(&field.name)
            ),
        ));
    }
    let same_type = is_same_type(field, column, known);
    let form = match fitting_form(field, column, same_type) {
        Some(form) => form,
        None => match policy.type_change {
            TypeChangePolicy::Coerce => Form::Text,
            TypeChangePolicy::Null if !column.not_null => Form::Null,
            TypeChangePolicy::Fail | TypeChangePolicy::Null => return Err(mismatch(table, field, column)),
        },
    };
    Ok(Planned { index, name: column.name.clone(), bare_type_name: column.bare_type_name.clone(), form, same_type })
}

fn is_same_type(field: &Field, column: &Column, known: &KnownTypes) -> bool {
    field.native_type().and_then(|native| known.get(native)).is_some_and(|known| known.oid == column.type_oid)
}

/// The form in which every value of the field is exactly a value of the column; none if there is none.
fn fitting_form(field: &Field, column: &Column, same_type: bool) -> Option<Form> {
    if rounds(field, column) && !(same_type && column.is_domain) {
        return None;
    }
    match Binary::choose(&field.data_type, &column.receive) {
        // Text fits any text, and else only the very type that the text was printed from.
        Some(binary) if field.data_type != DataType::Utf8 || same_type || Binary::is_text(&column.receive) => {
            Some(Form::Binary(binary))
        }
        _ if same_type => Some(Form::Text),
        _ => None,
    }
}

/// Whether the server would silently round values to the column's modifier.
fn rounds(field: &Field, column: &Column) -> bool {
    if column.modifier < 0 {
        return false;
    }
    match column.receive.as_str() {
        "numeric_recv" => {
            // The scale is eleven bits, signed; four bytes of header are counted in.
            let scale = (((column.modifier - 4) & 0x7ff) ^ 1024) - 1024;
            scale_of(field).is_none_or(|wanted| wanted > scale)
        }
        "time_recv" | "timetz_recv" | "timestamp_recv" | "timestamptz_recv" => {
            const MICROSECONDS: i32 = 6;
            scale_of(field).unwrap_or(MICROSECONDS) > column.modifier
        }
        _ => false,
    }
}

fn mismatch(table: &Table, field: &Field, column: &Column) -> rapidbyte_sdk::ConnectorError {
    let theirs = field.native_type().map_or_else(String::new, |native| format!("{native}, travelling as "));
    errors::schema(
        "dest.type-mismatch",
        format!(
            "{table}: the column {} is {}, but the stream's is {theirs}{}; change the column's type, or set \
             schema_evolution.type_change to coerce",
            quote_identifier(&column.name),
            column.type_name,
            field.data_type
        ),
    )
}

fn new_column(
    plan: &mut Plan,
    table: &Table,
    field: &Field,
    known: &KnownTypes,
    policy: &SchemaEvolution,
) -> Result<()> {
    match policy.new_column {
        NewColumnPolicy::Add => {
            plan.additions.push((field.name.clone(), type_for(field, known).sql));
            Ok(())
        }
        NewColumnPolicy::Ignore => Ok(()),
        NewColumnPolicy::Fail => Err(errors::schema(
            "dest.new-column",
            format!(
                "{table} lacks the stream's column {}, and schema_evolution.new_column is fail",
                quote_identifier(&field.name)
            ),
        )),
    }
}

fn missing_column(table: &Table, column: &Column, policy: &SchemaEvolution) -> Result<()> {
    let name = quote_identifier(&column.name);
    if policy.removed_column == RemovedColumnPolicy::Fail {
        return Err(errors::schema(
            "dest.removed-column",
            format!("the stream lacks the column {name} of {table}, and schema_evolution.removed_column is fail"),
        ));
    }
    if column.not_null && !column.has_default && !column.generated {
        return Err(errors::schema(
            "dest.required-column",
            format!(
                "{table} requires a value for its column {name}, which the stream does not have; give it a default, \
                 drop its NOT NULL, or drop it"
            ),
        ));
    }
    Ok(())
}
