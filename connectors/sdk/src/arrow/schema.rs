use std::fmt;

/// Names of the metadata entries that the contract gives a meaning.
pub mod keys {
    /// On a field: the source's own type in the source's own spelling, such as `numeric(12,2)`.
    pub const NATIVE_TYPE: &str = "rapidbyte:native_type";
    /// On a field: Arrow's name for a well-known extension type, such as `arrow.uuid`.
    pub const EXTENSION_NAME: &str = "ARROW:extension:name";
    /// On a field, beside [`EXTENSION_NAME`]; empty for the types in use here.
    pub const EXTENSION_METADATA: &str = "ARROW:extension:metadata";
    /// On a schema: the primary key's column names in key order, as a JSON array of strings.
    pub const PRIMARY_KEY: &str = "rapidbyte:primary_key";
    /// On a schema: other forms than this schema's columns that the source can send the same rows in, with spaces
    /// between; see [`host::accept_form`](crate::host::accept_form).
    pub const FORMS: &str = "rapidbyte:forms";
    /// On a schema: the form that the rows of this batch are in, if it is not that of the stream's schema.
    pub const FORM: &str = "rapidbyte:form";
    /// On a field of a stream of changes: `true` where the table's own rows have no NULL there, though
    /// changes may leave the value out.
    pub const REQUIRED: &str = "rapidbyte:required";
}

/// The Arrow types that batches may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataType {
    /// True or false, a bit each.
    Boolean,
    /// Signed 16-bit integers.
    Int16,
    /// Signed 32-bit integers.
    Int32,
    /// Signed 64-bit integers.
    Int64,
    /// IEEE single precision.
    Float32,
    /// IEEE double precision.
    Float64,
    /// Integers of 128 bits that count units of `10^-scale`.
    Decimal128 {
        /// Digits in all, 1 to 38.
        precision: u8,
        /// Digits behind the point.
        scale: i8,
    },
    /// Text.
    Utf8,
    /// Bytes.
    Binary,
    /// Bytes, so many in each value.
    FixedSizeBinary(u32),
    /// Days since 1970-01-01.
    Date32,
    /// Microseconds since midnight.
    Time64Micros,
    /// Microseconds since 1970-01-01T00:00; with a zone they count from that moment in UTC.
    TimestampMicros {
        /// An IANA name or an offset; only how to show the moment, never what it is.
        zone: Option<String>,
    },
}

/// How a type's values lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Bits,
    /// Bytes per value.
    Fixed(usize),
    /// 32-bit offsets and data.
    Variable,
}

impl DataType {
    /// A timestamp that names a moment.
    pub fn timestamp_utc() -> Self {
        DataType::TimestampMicros { zone: Some("UTC".to_string()) }
    }

    /// A timestamp that names what a clock on a wall shows.
    pub fn timestamp() -> Self {
        DataType::TimestampMicros { zone: None }
    }

    pub(super) fn layout(&self) -> Layout {
        match self {
            DataType::Boolean => Layout::Bits,
            DataType::Int16 => Layout::Fixed(2),
            DataType::Int32 | DataType::Float32 | DataType::Date32 => Layout::Fixed(4),
            DataType::Int64 | DataType::Float64 | DataType::Time64Micros | DataType::TimestampMicros { .. } => {
                Layout::Fixed(8)
            }
            DataType::Decimal128 { .. } => Layout::Fixed(16),
            DataType::FixedSizeBinary(width) => Layout::Fixed(*width as usize),
            DataType::Utf8 | DataType::Binary => Layout::Variable,
        }
    }
}

/// The spelling that the contract's `column.arrow-type` uses.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataType::Boolean => f.write_str("boolean"),
            DataType::Int16 => f.write_str("int16"),
            DataType::Int32 => f.write_str("int32"),
            DataType::Int64 => f.write_str("int64"),
            DataType::Float32 => f.write_str("float32"),
            DataType::Float64 => f.write_str("float64"),
            DataType::Decimal128 { precision, scale } => write!(f, "decimal128({precision}, {scale})"),
            DataType::Utf8 => f.write_str("utf8"),
            DataType::Binary => f.write_str("binary"),
            DataType::FixedSizeBinary(width) => write!(f, "fixed_size_binary({width})"),
            DataType::Date32 => f.write_str("date32"),
            DataType::Time64Micros => f.write_str("time64(us)"),
            DataType::TimestampMicros { zone: None } => f.write_str("timestamp(us)"),
            DataType::TimestampMicros { zone: Some(zone) } => write!(f, "timestamp(us, {zone})"),
        }
    }
}

/// One column's name and type. Metadata keeps its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Unique in its schema.
    pub name: String,
    /// What the values are.
    pub data_type: DataType,
    /// Whether nulls may occur.
    pub nullable: bool,
    /// Free notes; see [`keys`].
    pub metadata: Vec<(String, String)>,
}

impl Field {
    /// A field without metadata.
    pub fn new(name: impl Into<String>, data_type: DataType, nullable: bool) -> Self {
        Field { name: name.into(), data_type, nullable, metadata: Vec::new() }
    }

    /// Adds a note.
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.push((key.into(), value.into()));
        self
    }

    /// Notes the source's own spelling of the type.
    pub fn with_native_type(self, native_type: impl Into<String>) -> Self {
        self.with_metadata(keys::NATIVE_TYPE, native_type)
    }

    /// The note of that name.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        find(&self.metadata, key)
    }

    /// The source's own spelling of the type, where it noted one.
    pub fn native_type(&self) -> Option<&str> {
        self.metadata(keys::NATIVE_TYPE)
    }
}

/// The columns of a stream, in order. Metadata keeps its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// In the order that batches keep.
    pub fields: Vec<Field>,
    /// Free notes; see [`keys`].
    pub metadata: Vec<(String, String)>,
}

impl Schema {
    /// A schema without metadata.
    pub fn new(fields: Vec<Field>) -> Self {
        Schema { fields, metadata: Vec::new() }
    }

    /// Adds a note.
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.push((key.into(), value.into()));
        self
    }

    /// Notes the primary key (I28); an empty one is not written down.
    pub fn with_primary_key<S: AsRef<str>>(self, columns: &[S]) -> Self {
        if columns.is_empty() {
            return self;
        }
        let names: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
        let json = serde_json::Value::from(names).to_string();
        self.with_metadata(keys::PRIMARY_KEY, json)
    }

    /// The note of that name.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        find(&self.metadata, key)
    }

    /// The primary key's columns in key order; empty where there is none. Fails on an entry that
    /// is not a JSON array of strings.
    pub fn primary_key(&self) -> super::Result<Vec<String>> {
        let Some(json) = self.metadata(keys::PRIMARY_KEY) else {
            return Ok(Vec::new());
        };
        serde_json::from_str::<serde_json::Value>(json)
            .ok()
            .as_ref()
            .and_then(serde_json::Value::as_array)
            .and_then(|names| names.iter().map(|name| name.as_str().map(str::to_string)).collect())
            .ok_or_else(|| {
                let key = keys::PRIMARY_KEY;
                super::ArrowError::malformed(format!("{key} is not a JSON array of strings: {json}"))
            })
    }
}

fn find<'a>(metadata: &'a [(String, String)], key: &str) -> Option<&'a str> {
    metadata.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}
