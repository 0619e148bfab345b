//! Columns that rows are read in the order of, and places in that order.

use rapidbyte_pg::text::{put_date, put_decimal, put_hex, put_timestamp};
use rapidbyte_sdk::arrow::{Batch, DataType};
use rapidbyte_sdk::names::{quote_identifier, quote_literal};
use rapidbyte_sdk::{ConnectorError, Result};

use crate::catalog::{CatalogColumn, ROWS};
use crate::types::oid;

/// A type that rows can be ordered by: its values have a text that the server reads back exactly,
/// and an order that no setting changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderType {
    Int2,
    Int4,
    Int8,
    Numeric,
    Text,
    Varchar,
    Uuid,
    Date,
    Timestamp,
    Timestamptz,
}

impl OrderType {
    /// The names of all of them, for messages.
    pub const NAMES: &'static str = "int2, int4, int8, numeric, text, varchar, uuid, date, timestamp, timestamptz";

    pub fn of(type_oid: u32) -> Option<OrderType> {
        Some(match type_oid {
            oid::INT2 => OrderType::Int2,
            oid::INT4 => OrderType::Int4,
            oid::INT8 => OrderType::Int8,
            oid::NUMERIC => OrderType::Numeric,
            oid::TEXT => OrderType::Text,
            oid::VARCHAR => OrderType::Varchar,
            oid::UUID => OrderType::Uuid,
            oid::DATE => OrderType::Date,
            oid::TIMESTAMP => OrderType::Timestamp,
            oid::TIMESTAMPTZ => OrderType::Timestamptz,
            _ => return None,
        })
    }

    /// The type in SQL, without a modifier: a cast to it keeps every value.
    pub fn name(self) -> &'static str {
        match self {
            OrderType::Int2 => "int2",
            OrderType::Int4 => "int4",
            OrderType::Int8 => "int8",
            OrderType::Numeric => "numeric",
            OrderType::Text => "text",
            OrderType::Varchar => "varchar",
            OrderType::Uuid => "uuid",
            OrderType::Date => "date",
            OrderType::Timestamp => "timestamp",
            OrderType::Timestamptz => "timestamptz",
        }
    }

    pub fn is_text(self) -> bool {
        matches!(self, OrderType::Text | OrderType::Varchar)
    }

    /// Whether values are points in time, from which seconds can be taken.
    pub fn is_time(self) -> bool {
        matches!(self, OrderType::Date | OrderType::Timestamp | OrderType::Timestamptz)
    }

    /// The least value behind all ordinary ones, where there is one: nothing could ever follow it.
    pub fn unbounded(self, server_version: u32) -> Option<&'static str> {
        match self {
            OrderType::Date | OrderType::Timestamp | OrderType::Timestamptz => Some("infinity"),
            // Numbers have been infinite since 14; NaN is the greatest of all.
            OrderType::Numeric if server_version >= 140_000 => Some("Infinity"),
            OrderType::Numeric => Some("NaN"),
            _ => None,
        }
    }

    /// The value as a literal of this type.
    pub fn literal(self, value: &str) -> String {
        format!("{}::{}", quote_literal(value), self.name())
    }
}

/// One column of an order.
#[derive(Clone, Debug)]
pub struct OrderColumn {
    pub name: String,
    pub order_type: OrderType,
    /// Its place among the columns that are read.
    pub index: usize,
    /// Whether its own collation is another order than that of the bytes (I14).
    pub collate: bool,
}

impl OrderColumn {
    /// The column that is the `index`-th to be read; none if its type makes no order.
    pub fn of(column: &CatalogColumn, index: usize, in_byte_order: bool) -> Option<OrderColumn> {
        let order_type = OrderType::of(column.type_oid)?;
        let collate = order_type.is_text() && !in_byte_order;
        Some(OrderColumn { name: column.name.clone(), order_type, index, collate })
    }

    /// The column as an operand of comparisons and of ORDER BY.
    pub fn sql(&self) -> String {
        let collate = if self.collate { " COLLATE \"C\"" } else { "" };
        format!("{ROWS}.{}{collate}", quote_identifier(&self.name))
    }

    /// The value in one row of a batch, as the server reads it back; none for NULL.
    pub fn value(&self, batch: &Batch, row: usize) -> Result<Option<String>> {
        let Some(value) = batch.columns()[self.index].value(row) else { return Ok(None) };
        let mut text = Vec::new();
        let broken =
            || ConnectorError::internal("pg.order", format!("column {} has no {:?}", self.name, self.order_type));
        match (&batch.schema().fields[self.index].data_type, value.len()) {
            (DataType::Int16, 2) => text.extend(number::<2, _>(value, i16::from_le_bytes).to_string().bytes()),
            (DataType::Int32, 4) => text.extend(number::<4, _>(value, i32::from_le_bytes).to_string().bytes()),
            (DataType::Int64, 8) => text.extend(number::<8, _>(value, i64::from_le_bytes).to_string().bytes()),
            (DataType::Decimal128 { scale, .. }, 16) => {
                put_decimal(number::<16, _>(value, i128::from_le_bytes), *scale, &mut text);
            }
            (DataType::Date32, 4) => put_date(number::<4, _>(value, i32::from_le_bytes), &mut text),
            (DataType::TimestampMicros { zone }, 8) => {
                put_timestamp(number::<8, _>(value, i64::from_le_bytes), zone.is_some(), &mut text);
            }
            (DataType::FixedSizeBinary(_), _) => put_hex(value, &mut text),
            (DataType::Utf8, _) => text.extend_from_slice(value),
            _ => return Err(broken()),
        }
        String::from_utf8(text).map(Some).map_err(|_| broken())
    }
}

fn number<const N: usize, T>(bytes: &[u8], from: impl Fn([u8; N]) -> T) -> T {
    from(bytes.first_chunk::<N>().copied().unwrap_or([0; N]))
}

/// The columns that rows are ordered by, the most significant first. Never empty.
#[derive(Clone, Debug)]
pub struct Order {
    pub columns: Vec<OrderColumn>,
}

impl Order {
    /// What stands behind ORDER BY.
    pub fn by(&self) -> String {
        list(self.columns.iter().map(OrderColumn::sql))
    }

    /// The condition for rows behind the one that has these values, as many as there are columns.
    /// The server compares, in the columns' own types (I14).
    pub fn after(&self, values: &[String]) -> String {
        let literals = self.columns.iter().zip(values).map(|(column, value)| column.order_type.literal(value));
        format!("({}) > ({})", self.by(), list(literals))
    }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
