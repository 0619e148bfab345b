//! Values that can be compared, in the order that PostgreSQL gives them.

use crate::{parse, text};
use rapidbyte_sdk::arrow::{ColumnView, DataType, Field};
use serde_json::Value;
use std::cmp::Ordering;

/// A value of a column's type, for comparison with others of the same column.
#[derive(Debug, Clone, PartialEq)]
pub enum Key<B> {
    /// Booleans, integers, dates, times, and decimals in units of the column's scale.
    Int(i128),
    Float(f64),
    /// Text by its bytes, binary values and UUIDs.
    Bytes(B),
}

impl<B: AsRef<[u8]>> Key<B> {
    /// How it stands to another value of its column. `NaN` equals itself and is larger than all else.
    pub fn compare<C: AsRef<[u8]>>(&self, other: &Key<C>) -> Ordering {
        match (self, other) {
            (Key::Int(left), Key::Int(right)) => left.cmp(right),
            (Key::Float(left), Key::Float(right)) => {
                left.partial_cmp(right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
            }
            (Key::Bytes(left), Key::Bytes(right)) => left.as_ref().cmp(right.as_ref()),
            (Key::Int(_) | Key::Float(_) | Key::Bytes(_), _) => Ordering::Equal, // never of one column
        }
    }
}

/// The value in row `row`, which is not null.
pub fn of<'a>(field: &Field, column: &ColumnView<'a>, row: usize) -> Key<&'a [u8]> {
    match &field.data_type {
        DataType::Boolean => Key::Int(column.bool(row).into()),
        DataType::Int16 => Key::Int(column.i16(row).into()),
        DataType::Int32 | DataType::Date32 => Key::Int(column.i32(row).into()),
        DataType::Int64 | DataType::Time64Micros | DataType::TimestampMicros { .. } => Key::Int(column.i64(row).into()),
        DataType::Decimal128 { .. } => Key::Int(column.i128(row)),
        DataType::Float32 => Key::Float(column.f32(row).into()),
        DataType::Float64 => Key::Float(column.f64(row)),
        DataType::Utf8 | DataType::Binary | DataType::FixedSizeBinary(_) => Key::Bytes(column.bytes(row)),
    }
}

/// A value of a configuration as one of the column's. Fails with what it should have been.
pub fn literal(field: &Field, value: &Value) -> Result<Key<Vec<u8>>, String> {
    let wanted = |what: &str| format!("column {} is of type {}; compare it with {what}", field.name, field.data_type);
    let number = || match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    let string = || value.as_str();
    let key = match &field.data_type {
        DataType::Boolean => value.as_bool().map(|bool| Key::Int(bool.into())).ok_or("true or false"),
        DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            number().and_then(|text| parse::integer(&text)).map(Key::Int).ok_or("a whole number")
        }
        DataType::Decimal128 { scale, .. } => number()
            .and_then(|text| parse::decimal(&text, *scale))
            .map(Key::Int)
            .ok_or("a number with no more digits behind the point than the column has"),
        DataType::Float32 => number()
            .and_then(|text| parse::float(&text))
            .map(|float| Key::Float((float as f32).into()))
            .ok_or("a number"),
        DataType::Float64 => number().and_then(|text| parse::float(&text)).map(Key::Float).ok_or("a number"),
        DataType::Utf8 => string().map(|text| Key::Bytes(text.as_bytes().to_vec())).ok_or("a text"),
        DataType::Date32 => {
            string().and_then(parse::date).map(|days| Key::Int(days.into())).ok_or("a date such as \"2024-12-31\"")
        }
        DataType::Time64Micros => {
            string().and_then(parse::time).map(|micros| Key::Int(micros.into())).ok_or("a time such as \"23:59:59\"")
        }
        DataType::TimestampMicros { zone } => string()
            .and_then(|text| parse::timestamp(text, zone.is_some()))
            .map(|micros| Key::Int(micros.into()))
            .ok_or("a timestamp such as \"2024-12-31 23:59:59\""),
        DataType::FixedSizeBinary(_) if text::is_uuid(field) => {
            string().and_then(parse::uuid).map(|bytes| Key::Bytes(bytes.to_vec())).ok_or("a UUID")
        }
        DataType::Binary | DataType::FixedSizeBinary(_) => {
            string().and_then(parse::bytes).map(Key::Bytes).ok_or("bytes such as \"\\x00ff\"")
        }
    };
    key.map_err(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn field(data_type: DataType) -> Field {
        Field::new("c", data_type, true)
    }

    #[test]
    fn literals_fit_their_column_or_say_what_would() {
        let decimal = DataType::Decimal128 { precision: 9, scale: 2 };
        assert_eq!(literal(&field(decimal.clone()), &json!(12.5)), Ok(Key::Int(1250)));
        assert_eq!(literal(&field(decimal.clone()), &json!("12.50")), Ok(Key::Int(1250)));
        assert!(literal(&field(decimal), &json!(0.125)).is_err());
        assert!(literal(&field(DataType::Int32), &json!(1.5)).unwrap_err().contains("a whole number"));
        assert_eq!(literal(&field(DataType::Int32), &json!("-7")), Ok(Key::Int(-7)));
        assert_eq!(literal(&field(DataType::Date32), &json!("1970-01-02")), Ok(Key::Int(1)));
        assert!(literal(&field(DataType::Utf8), &json!(1)).is_err());
    }

    #[test]
    fn nan_is_the_largest_and_equals_itself() {
        let float = |value| Key::<&[u8]>::Float(value);
        assert_eq!(float(f64::NAN).compare(&float(f64::NAN)), Ordering::Equal);
        assert_eq!(float(f64::NAN).compare(&float(f64::INFINITY)), Ordering::Greater);
        assert_eq!(float(0.0).compare(&float(-0.0)), Ordering::Equal);
    }
}
