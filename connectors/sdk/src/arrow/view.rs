use super::buffer;
use super::schema::{DataType, Layout, Schema};
use super::write::RawColumn;
use super::{ArrowError, Result};

/// The rows of one record batch, borrowed from its bytes and checked.
#[derive(Debug)]
pub struct BatchView<'a> {
    pub(super) rows: usize,
    pub(super) columns: Vec<ColumnView<'a>>,
}

impl<'a> BatchView<'a> {
    /// Rows in this batch.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// In the schema's order.
    pub fn columns(&self) -> &[ColumnView<'a>] {
        &self.columns
    }
}

/// One column of a record batch.
///
/// The accessors return what lies in the buffers, also where [`ColumnView::is_null`]. They panic
/// beyond the last row or through the accessor of a wider type; nothing else is left to check.
#[derive(Debug, Clone, Copy)]
pub struct ColumnView<'a> {
    rows: usize,
    nulls: usize,
    /// Empty where there are no nulls.
    validity: &'a [u8],
    /// Empty except for text and binary.
    offsets: &'a [u8],
    values: &'a [u8],
    layout: Layout,
    /// Bytes per value; 0 for all but fixed-width types.
    width: usize,
}

impl<'a> ColumnView<'a> {
    /// Checks the buffers against the type: lengths, offsets that never fall and stay inside.
    pub(super) fn new(
        data_type: &DataType,
        rows: usize,
        nulls: usize,
        validity: &'a [u8],
        offsets: &'a [u8],
        values: &'a [u8],
    ) -> Result<Self> {
        let layout = data_type.layout();
        let validity = if nulls == 0 { &validity[..0] } else { prefix(validity, rows.div_ceil(8))? };
        let (offsets, values, width) = match layout {
            Layout::Bits => (&offsets[..0], prefix(values, rows.div_ceil(8))?, 0),
            Layout::Fixed(width) => {
                let bytes = rows.checked_mul(width).ok_or_else(too_short)?;
                (&offsets[..0], prefix(values, bytes)?, width)
            }
            Layout::Variable => {
                // Checked: on a 32-bit guest the product of a hostile row count overflows.
                let bytes = rows.checked_add(1).and_then(|count| count.checked_mul(4)).ok_or_else(too_short)?;
                let offsets = prefix(offsets, bytes)?;
                let end = check_offsets(offsets, values.len())?;
                (offsets, &values[..end], 0)
            }
        };
        if nulls > 0 && count_zeros(validity, rows) != nulls {
            return Err(ArrowError::malformed("a column's null count is not what its bitmap says"));
        }
        Ok(ColumnView { rows, nulls, validity, offsets, values, layout, width })
    }

    /// Values and nulls.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many of the rows are null.
    pub fn null_count(&self) -> usize {
        self.nulls
    }

    /// Whether the row holds no value.
    #[inline(always)]
    pub fn is_null(&self, row: usize) -> bool {
        if self.validity.is_empty() {
            return false;
        }
        assert!(row < self.rows);
        // SAFETY: a validity bitmap that is not empty covers every row, see `new`.
        unsafe { !buffer::read_bit(self.validity, row) }
    }

    /// A truth value.
    #[inline(always)]
    pub fn bool(&self, row: usize) -> bool {
        assert!(row < self.rows && self.layout == Layout::Bits);
        // SAFETY: the bits cover every row, see `new`.
        unsafe { buffer::read_bit(self.values, row) }
    }

    /// A 16-bit integer.
    #[inline(always)]
    pub fn i16(&self, row: usize) -> i16 {
        i16::from_le_bytes(self.fixed(row))
    }

    /// A 32-bit integer or a date's days.
    #[inline(always)]
    pub fn i32(&self, row: usize) -> i32 {
        i32::from_le_bytes(self.fixed(row))
    }

    /// A 64-bit integer or the microseconds of a time or timestamp.
    #[inline(always)]
    pub fn i64(&self, row: usize) -> i64 {
        i64::from_le_bytes(self.fixed(row))
    }

    /// A single-precision number.
    #[inline(always)]
    pub fn f32(&self, row: usize) -> f32 {
        f32::from_le_bytes(self.fixed(row))
    }

    /// A double-precision number.
    #[inline(always)]
    pub fn f64(&self, row: usize) -> f64 {
        f64::from_le_bytes(self.fixed(row))
    }

    /// A decimal's unscaled value.
    #[inline(always)]
    pub fn i128(&self, row: usize) -> i128 {
        i128::from_le_bytes(self.fixed(row))
    }

    /// A value of `N` bytes as it lies in the buffer.
    #[inline(always)]
    pub fn fixed<const N: usize>(&self, row: usize) -> [u8; N] {
        assert!(row < self.rows && self.width == N);
        // SAFETY: the values hold `width` bytes for every row, see `new`.
        unsafe { buffer::read(self.values, row) }
    }

    /// The bytes of a text, binary or fixed-size binary value; empty for other types. Text is not
    /// checked to be UTF-8, see [`ColumnView::text`].
    #[inline(always)]
    pub fn bytes(&self, row: usize) -> &'a [u8] {
        assert!(row < self.rows);
        match self.layout {
            // SAFETY: there is an offset more than there are rows; the offsets never fall and end
            // inside of the values, see `new`.
            Layout::Variable => unsafe {
                let start = u32::from_le_bytes(buffer::read(self.offsets, row)) as usize;
                let end = u32::from_le_bytes(buffer::read(self.offsets, row + 1)) as usize;
                buffer::slice(self.values, start, end)
            },
            // SAFETY: the values hold `width` bytes for every row, see `new`.
            Layout::Fixed(width) => unsafe { buffer::slice(self.values, row * width, (row + 1) * width) },
            Layout::Bits => &[],
        }
    }

    /// A text value; fails where it is not UTF-8.
    pub fn text(&self, row: usize) -> Result<&'a str> {
        std::str::from_utf8(self.bytes(row))
            .map_err(|_| ArrowError::malformed(format!("the text in row {row} is not UTF-8")))
    }

    /// The column as the writer takes it, to pass it on untouched.
    pub fn raw(&self) -> RawColumn<'a> {
        RawColumn {
            rows: self.rows,
            nulls: self.nulls,
            validity: self.validity,
            offsets: (self.layout == Layout::Variable).then_some(self.offsets),
            values: self.values,
        }
    }
}

/// Where a schema has no columns, a batch still has a number of rows.
pub(super) fn view_columns<'a>(
    schema: &Schema,
    nodes: &[(i64, i64)],
    mut buffers: impl Iterator<Item = Result<&'a [u8]>>,
    rows: usize,
) -> Result<Vec<ColumnView<'a>>> {
    let mut next = || buffers.next().unwrap_or_else(|| Err(ArrowError::malformed("a batch lacks a buffer")));
    let mut columns = Vec::with_capacity(schema.fields.len());
    for (field, &(length, nulls)) in schema.fields.iter().zip(nodes) {
        if length != rows as i64 {
            return Err(ArrowError::malformed(format!(
                "column {} has {length} values in a batch of {rows} rows",
                field.name
            )));
        }
        let nulls = usize::try_from(nulls)
            .ok()
            .filter(|&nulls| nulls <= rows)
            .ok_or_else(|| ArrowError::malformed(format!("column {} has {nulls} nulls", field.name)))?;
        if nulls > 0 && !field.nullable {
            return Err(ArrowError::malformed(format!("column {} must not hold nulls", field.name)));
        }
        let validity = next()?;
        let offsets = if field.data_type.layout() == Layout::Variable { next()? } else { &[] };
        let values = next()?;
        let column = ColumnView::new(&field.data_type, rows, nulls, validity, offsets, values)
            .map_err(|error| within(&field.name, error))?;
        columns.push(column);
    }
    Ok(columns)
}

fn within(column: &str, error: ArrowError) -> ArrowError {
    match error {
        ArrowError::Malformed(what) => ArrowError::Malformed(format!("column {column}: {what}")),
        ArrowError::Unsupported(what) => ArrowError::Unsupported(format!("column {column}: {what}")),
        ArrowError::Invalid(what) => ArrowError::Invalid(format!("column {column}: {what}")),
    }
}

fn prefix(bytes: &[u8], len: usize) -> Result<&[u8]> {
    bytes.get(..len).ok_or_else(too_short)
}

fn too_short() -> ArrowError {
    ArrowError::malformed("a buffer is shorter than its rows need")
}

/// Returns the last offset.
fn check_offsets(offsets: &[u8], values: usize) -> Result<usize> {
    let mut last = 0i32;
    // Without a branch per offset the loop runs at memory speed; a fall anywhere turns it false.
    let mut rising = true;
    for offset in offsets.chunks_exact(4) {
        let offset = i32::from_le_bytes([offset[0], offset[1], offset[2], offset[3]]);
        rising &= offset >= last;
        last = offset;
    }
    if !rising || last as usize > values {
        return Err(ArrowError::malformed("text or binary offsets fall or point outside of the values"));
    }
    Ok(last as usize)
}

fn count_zeros(bits: &[u8], rows: usize) -> usize {
    let whole = &bits[..rows / 8];
    let ones: usize = whole.iter().map(|byte| byte.count_ones() as usize).sum();
    let rest = match rows % 8 {
        0 => 0,
        left => (bits[rows / 8] & ((1 << left) - 1)).count_ones() as usize,
    };
    rows - ones - rest
}
