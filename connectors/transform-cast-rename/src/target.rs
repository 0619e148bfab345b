//! The types that values can be cast to.

use rapidbyte_sdk::arrow::{Column, ColumnView, DataType, Field};
use rapidbyte_values::{parse, text};

const MAX_DIGITS: u8 = 38;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Boolean,
    SmallInt,
    Integer,
    BigInt,
    Real,
    Double,
    Numeric { precision: u8, scale: i8 },
    Text,
    Date,
    Timestamp,
    TimestampTz,
}

impl Target {
    pub const NAMES: &'static str = "known are boolean, smallint, integer, bigint, real, double precision, \
        numeric(precision,scale), text, date, timestamp and timestamptz";

    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Target::Boolean,
            "smallint" => Target::SmallInt,
            "integer" => Target::Integer,
            "bigint" => Target::BigInt,
            "real" => Target::Real,
            "double precision" => Target::Double,
            "text" => Target::Text,
            "date" => Target::Date,
            "timestamp" => Target::Timestamp,
            "timestamptz" => Target::TimestampTz,
            _ => {
                let (precision, scale) = name.strip_prefix("numeric(")?.strip_suffix(')')?.split_once(',')?;
                let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
                if !(1..=MAX_DIGITS).contains(&precision) || !(0..=precision as i8).contains(&scale) {
                    return None;
                }
                Target::Numeric { precision, scale }
            }
        })
    }

    pub fn data_type(self) -> DataType {
        match self {
            Target::Boolean => DataType::Boolean,
            Target::SmallInt => DataType::Int16,
            Target::Integer => DataType::Int32,
            Target::BigInt => DataType::Int64,
            Target::Real => DataType::Float32,
            Target::Double => DataType::Float64,
            Target::Numeric { precision, scale } => DataType::Decimal128 { precision, scale },
            Target::Text => DataType::Utf8,
            Target::Date => DataType::Date32,
            Target::Timestamp => DataType::timestamp(),
            Target::TimestampTz => DataType::timestamp_utc(),
        }
    }

    /// As PostgreSQL spells it.
    pub fn native_type(self) -> String {
        match self {
            Target::Boolean => "boolean".to_owned(),
            Target::SmallInt => "smallint".to_owned(),
            Target::Integer => "integer".to_owned(),
            Target::BigInt => "bigint".to_owned(),
            Target::Real => "real".to_owned(),
            Target::Double => "double precision".to_owned(),
            Target::Numeric { precision, scale } => format!("numeric({precision},{scale})"),
            Target::Text => "text".to_owned(),
            Target::Date => "date".to_owned(),
            Target::Timestamp => "timestamp without time zone".to_owned(),
            Target::TimestampTz => "timestamp with time zone".to_owned(),
        }
    }

    /// Appends the value in row `row`, which is not null, if it can be had exactly. `scratch` is overwritten.
    pub fn push(self, field: &Field, view: &ColumnView<'_>, row: usize, scratch: &mut Vec<u8>, to: &mut Column) -> bool {
        if text::is_binary(field) {
            return false;
        }
        text::write(field, view, row, scratch);
        match std::str::from_utf8(scratch) {
            Ok(text) => self.push_text(text, to),
            Err(_) => false,
        }
    }

    /// Appends the value that `text` says, if it says one.
    pub fn push_text(self, text: &str, to: &mut Column) -> bool {
        fn take<T>(value: Option<T>, push: impl FnOnce(T)) -> bool {
            value.map(push).is_some()
        }
        let integer = || parse::integer(text);
        match self {
            Target::Boolean => take(parse::boolean(text), |value| to.push_bool(value)),
            Target::SmallInt => take(integer().and_then(|value| value.try_into().ok()), |value| to.push_i16(value)),
            Target::Integer => take(integer().and_then(|value| value.try_into().ok()), |value| to.push_i32(value)),
            Target::BigInt => take(integer().and_then(|value| value.try_into().ok()), |value| to.push_i64(value)),
            Target::Real => take(parse::float(text), |value| to.push_f32(value as f32)),
            Target::Double => take(parse::float(text), |value| to.push_f64(value)),
            Target::Numeric { precision, scale } => {
                let fits = |units: &i128| units.unsigned_abs() < 10u128.pow(u32::from(precision));
                take(parse::decimal(text, scale).filter(fits), |value| to.push_i128(value))
            }
            Target::Text => take(Some(text), |value| to.push_bytes(value.as_bytes())),
            Target::Date => take(parse::date(text), |value| to.push_i32(value)),
            Target::Timestamp => take(parse::timestamp(text, false), |value| to.push_i64(value)),
            Target::TimestampTz => take(parse::timestamp(text, true), |value| to.push_i64(value)),
        }
    }

    pub fn takes(self, text: &str) -> bool {
        self.push_text(text, &mut Column::new(&self.data_type()))
    }
}
