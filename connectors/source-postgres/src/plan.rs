//! What one read asks the server for, and how its answer becomes a batch.

use rapidbyte_pg::tuples;
use rapidbyte_sdk::arrow::{Field, Schema};
use rapidbyte_sdk::names::quote_identifier;

use crate::catalog::ROWS;
use crate::stream::Selection;
use crate::types::{Decoder, Mapping};

/// A read, resolved to the last column.
pub struct Plan {
    /// What each COPY selects, without conditions and order.
    pub select: String,
    pub schema: Schema,
    /// One for each column, in order.
    pub decoders: Vec<Decoder>,
    /// Whether all values are asked for in their own types.
    pub is_uncast: bool,
    /// The primary key's columns by index; empty unless all are read.
    pub key: Vec<usize>,
    /// The table as messages name it.
    pub table: String,
}

impl Plan {
    pub fn new(selection: &Selection) -> Plan {
        Plan::with(selection, &[])
    }

    /// With further columns behind the table's own: their fields, decoders and expressions.
    pub fn with(selection: &Selection, further: &[(Field, Decoder, String)]) -> Plan {
        let relation = &selection.table.relation;
        let mut fields: Vec<Field> = Vec::with_capacity(selection.columns.len());
        let mut decoders = Vec::with_capacity(selection.columns.len());
        let mut expressions = Vec::with_capacity(selection.columns.len());
        let mut is_uncast = further.is_empty();
        for column in &selection.columns {
            let mapping = Mapping::of(column.type_oid, column.type_modifier);
            fields.push(mapping.field(&column.name, &column.native_type, selection.table.nullable(column)));
            is_uncast &= !mapping.cast_to_text;
            let cast = if mapping.cast_to_text { "::pg_catalog.text" } else { "" };
            expressions.push(format!("{ROWS}.{}{cast}", quote_identifier(&column.name)));
            decoders.push(mapping.decoder);
        }
        for (field, decoder, expression) in further {
            fields.push(field.clone());
            decoders.push(*decoder);
            expressions.push(expression.clone());
        }
        let key_names = selection.table.primary_key();
        let index_of = |name: &&str| selection.columns.iter().position(|column| column.name == **name);
        // A part of a key identifies nothing.
        let key: Vec<usize> = key_names.iter().map(index_of).collect::<Option<_>>().unwrap_or_default();
        let key_names = if key.is_empty() { &[][..] } else { &key_names[..] };
        Plan {
            select: format!("SELECT {} FROM {}", expressions.join(", "), selection.table.from_clause()),
            schema: Schema::new(fields).with_primary_key(key_names),
            decoders,
            is_uncast,
            key,
            table: format!("{}.{}", relation.schema, relation.name),
        }
    }

    /// Offers the rows as the server sends them, too; for uncast columns only.
    pub fn offer_tuples(mut self) -> Plan {
        self.schema = tuples::offer(self.schema);
        self
    }

    /// The COPY of the rows that `tail` asks for: conditions and order.
    pub fn copy(&self, tail: &str) -> String {
        format!("COPY ({}{tail}) TO STDOUT (FORMAT binary)", self.select)
    }
}
