//! Rows copied from a view into a builder, for transforms that leave rows out.

use super::column::Column;
use super::schema::DataType;
use super::view::ColumnView;

impl Column {
    /// Appends the value or null in row `row` of `from`, which has the same type, `data_type`.
    pub fn push_from(&mut self, data_type: &DataType, from: &ColumnView<'_>, row: usize) {
        if from.is_null(row) {
            return self.push_null();
        }
        match data_type {
            DataType::Boolean => self.push_bool(from.bool(row)),
            DataType::Int16 => self.push_fixed(from.fixed::<2>(row)),
            DataType::Int32 | DataType::Float32 | DataType::Date32 => self.push_fixed(from.fixed::<4>(row)),
            DataType::Int64 | DataType::Float64 | DataType::Time64Micros | DataType::TimestampMicros { .. } => {
                self.push_fixed(from.fixed::<8>(row))
            }
            DataType::Decimal128 { .. } => self.push_fixed(from.fixed::<16>(row)),
            DataType::Utf8 | DataType::Binary | DataType::FixedSizeBinary(_) => self.push_bytes(from.bytes(row)),
        }
    }
}
