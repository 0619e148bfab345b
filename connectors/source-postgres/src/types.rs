//! How each PostgreSQL type travels (I27).

use rapidbyte_sdk::arrow::{keys, DataType, Field};

/// How a field of a COPY tuple becomes a value of its Arrow column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoder {
    Bool,
    Int2,
    Int4,
    Int8,
    /// Unsigned 32 bits, as a 64-bit integer.
    Oid,
    Float4,
    Float8,
    Decimal {
        precision: u8,
        scale: u8,
    },
    /// Text in UTF-8, as agreed: the server converts it, and checks it where a database in
    /// SQL_ASCII may hold anything.
    Text,
    /// One byte.
    Char,
    Bytes,
    Uuid,
    /// A version byte, then text.
    Jsonb,
    Date,
    Time,
    Timestamp,
}

/// How a column is asked for and how it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub decoder: Decoder,
    pub data_type: DataType,
    /// Whether the server prints the value: types without an Arrow twin travel as text that
    /// PostgreSQL reads back.
    pub cast_to_text: bool,
    extension: Option<&'static str>,
}

/// Type identifiers that are the same in every server, from `pg_type.dat`.
pub mod oid {
    pub const BOOL: u32 = 16;
    pub const BYTEA: u32 = 17;
    pub const CHAR: u32 = 18;
    pub const NAME: u32 = 19;
    pub const INT8: u32 = 20;
    pub const INT2: u32 = 21;
    pub const INT4: u32 = 23;
    pub const TEXT: u32 = 25;
    pub const OID: u32 = 26;
    pub const JSON: u32 = 114;
    pub const FLOAT4: u32 = 700;
    pub const FLOAT8: u32 = 701;
    pub const INET: u32 = 869;
    pub const BPCHAR: u32 = 1042;
    pub const VARCHAR: u32 = 1043;
    pub const DATE: u32 = 1082;
    pub const TIME: u32 = 1083;
    pub const TIMESTAMP: u32 = 1114;
    pub const TIMESTAMPTZ: u32 = 1184;
    pub const NUMERIC: u32 = 1700;
    pub const UUID: u32 = 2950;
    pub const JSONB: u32 = 3802;
}

/// The most digits of a Decimal128.
const MAX_PRECISION: i32 = 38;

impl Mapping {
    /// The mapping of a column's type.
    pub fn of(type_oid: u32, type_modifier: i32) -> Mapping {
        let plain = |decoder, data_type| Mapping { decoder, data_type, cast_to_text: false, extension: None };
        match type_oid {
            oid::BOOL => plain(Decoder::Bool, DataType::Boolean),
            oid::INT2 => plain(Decoder::Int2, DataType::Int16),
            oid::INT4 => plain(Decoder::Int4, DataType::Int32),
            oid::INT8 => plain(Decoder::Int8, DataType::Int64),
            oid::OID => plain(Decoder::Oid, DataType::Int64),
            oid::FLOAT4 => plain(Decoder::Float4, DataType::Float32),
            oid::FLOAT8 => plain(Decoder::Float8, DataType::Float64),
            oid::TEXT | oid::VARCHAR | oid::BPCHAR | oid::NAME => plain(Decoder::Text, DataType::Utf8),
            oid::CHAR => plain(Decoder::Char, DataType::Utf8),
            oid::BYTEA => plain(Decoder::Bytes, DataType::Binary),
            oid::DATE => plain(Decoder::Date, DataType::Date32),
            oid::TIME => plain(Decoder::Time, DataType::Time64Micros),
            oid::TIMESTAMP => plain(Decoder::Timestamp, DataType::timestamp()),
            oid::TIMESTAMPTZ => plain(Decoder::Timestamp, DataType::timestamp_utc()),
            oid::UUID => {
                Mapping { extension: Some("arrow.uuid"), ..plain(Decoder::Uuid, DataType::FixedSizeBinary(16)) }
            }
            oid::JSON => Mapping { extension: Some("arrow.json"), ..plain(Decoder::Text, DataType::Utf8) },
            oid::JSONB => Mapping { extension: Some("arrow.json"), ..plain(Decoder::Jsonb, DataType::Utf8) },
            oid::NUMERIC => match decimal(type_modifier) {
                Some((precision, scale)) => {
                    plain(Decoder::Decimal { precision, scale }, DataType::Decimal128 { precision, scale: scale as i8 })
                }
                None => Mapping { cast_to_text: true, ..plain(Decoder::Text, DataType::Utf8) },
            },
            _ => Mapping { cast_to_text: true, ..plain(Decoder::Text, DataType::Utf8) },
        }
    }

    /// The Arrow field of a column of this type.
    pub fn field(&self, name: &str, native_type: &str, nullable: bool) -> Field {
        let field = Field::new(name, self.data_type.clone(), nullable).with_native_type(native_type);
        match self.extension {
            Some(extension) => {
                field.with_metadata(keys::EXTENSION_NAME, extension).with_metadata(keys::EXTENSION_METADATA, "")
            }
            None => field,
        }
    }
}

/// Precision and scale of a numeric's modifier, where a Decimal128 holds all its values.
fn decimal(type_modifier: i32) -> Option<(u8, u8)> {
    // Four bytes of varlena header are counted in; the scale is eleven bits, signed since 15.
    let packed = type_modifier.checked_sub(4).filter(|packed| *packed >= 0)?;
    let precision = packed >> 16 & 0xffff;
    let scale = ((packed & 0x7ff) ^ 1024) - 1024;
    let fits = (1..=MAX_PRECISION).contains(&precision) && (0..=precision).contains(&scale);
    fits.then_some((precision as u8, scale as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modifier(precision: i32, scale: i32) -> i32 {
        ((precision << 16) | (scale & 0x7ff)) + 4
    }

    #[test]
    fn numerics_travel_as_decimals_where_they_fit_and_else_as_text() {
        for (precision, scale, fits) in [
            (12, 2, true),
            (38, 38, true),
            (1, 0, true),
            (39, 0, false),
            (5, -2, false),
            (3, 5, false),
            (1000, 0, false),
        ] {
            let mapping = Mapping::of(oid::NUMERIC, modifier(precision, scale));
            assert_eq!(mapping.cast_to_text, !fits, "numeric({precision},{scale})");
            let expected = if fits {
                DataType::Decimal128 { precision: precision as u8, scale: scale as i8 }
            } else {
                DataType::Utf8
            };
            assert_eq!(mapping.data_type, expected);
        }
        assert!(Mapping::of(oid::NUMERIC, -1).cast_to_text);
    }

    #[test]
    fn unknown_types_are_printed_by_the_server() {
        let mapping = Mapping::of(99_999, -1);
        assert_eq!((mapping.decoder, mapping.cast_to_text), (Decoder::Text, true));
    }
}
