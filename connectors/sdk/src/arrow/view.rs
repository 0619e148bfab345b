use super::buffer;
use super::flatbuf::Pairs;
use super::schema::{DataType, Field, Layout, Schema};
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

    /// A bit per row, least significant first, set where there is a value; empty without nulls.
    /// This and the next two are for loops over a whole column.
    pub fn validity(&self) -> &'a [u8] {
        self.validity
    }

    /// Where each text or binary value starts in [`ColumnView::values`], and the end of the last:
    /// 32 bits each, little-endian, never falling, none beyond the end of the values. Empty for other types.
    pub fn offsets(&self) -> &'a [u8] {
        self.offsets
    }

    /// The values as they lie in memory, nulls included: bits, fixed-width values without gaps, or
    /// what the offsets point into.
    pub fn values(&self) -> &'a [u8] {
        self.values
    }

    /// All text or binary values, one behind the other; empty for other types.
    pub fn joined(&self) -> &'a [u8] {
        let offset = |bytes: Option<&[u8; 4]>| bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
        &self.values[offset(self.offsets.first_chunk())..offset(self.offsets.last_chunk())]
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
            layout: self.layout,
            rows: self.rows,
            nulls: self.nulls,
            validity: self.validity,
            offsets: self.offsets,
            values: self.values,
        }
    }
}

/// The buffers of a batch in order, each checked to lie within the message's body.
pub(super) struct Buffers<'a> {
    body: &'a [u8],
    places: Pairs<'a>,
    taken: usize,
}

impl<'a> Buffers<'a> {
    pub(super) fn new(body: &'a [u8], places: Pairs<'a>) -> Self {
        Buffers { body, places, taken: 0 }
    }

    fn next(&mut self) -> Result<&'a [u8]> {
        let (offset, length) = self.places.iter().nth(self.taken).ok_or_else(no_buffer)?;
        self.taken += 1;
        usize::try_from(offset)
            .ok()
            .zip(usize::try_from(length).ok())
            .and_then(|(start, length)| self.body.get(start..start.checked_add(length)?))
            .ok_or_else(outside)
    }
}

/// Where a schema has no columns, a batch still has a number of rows.
pub(super) fn view_columns<'a>(
    schema: &Schema,
    nodes: Pairs<'_>,
    mut buffers: Buffers<'a>,
    rows: usize,
) -> Result<Vec<ColumnView<'a>>> {
    let mut columns = Vec::with_capacity(schema.fields.len());
    for (field, (length, nulls)) in schema.fields.iter().zip(nodes.iter()) {
        columns
            .push(view_column(field, length, nulls, &mut buffers, rows).map_err(|error| within(&field.name, error))?);
    }
    Ok(columns)
}

fn view_column<'a>(
    field: &Field,
    length: i64,
    nulls: i64,
    buffers: &mut Buffers<'a>,
    rows: usize,
) -> Result<ColumnView<'a>> {
    if length != rows as i64 {
        return Err(wrong_length(length, rows));
    }
    let nulls = usize::try_from(nulls).ok().filter(|&count| count <= rows).ok_or_else(|| wrong_nulls(nulls))?;
    if nulls > 0 && !field.nullable {
        return Err(forbidden_nulls());
    }
    let validity = buffers.next()?;
    let offsets = if field.data_type.layout() == Layout::Variable { buffers.next()? } else { &[] };
    ColumnView::new(&field.data_type, rows, nulls, validity, offsets, buffers.next()?)
}

// What goes wrong is told out of line: the code in front of it stays small and is compiled soon.

#[cold]
fn no_buffer() -> ArrowError {
    ArrowError::malformed("a batch lacks a buffer")
}

#[cold]
fn outside() -> ArrowError {
    ArrowError::malformed("a buffer lies outside of its message's body")
}

#[cold]
fn wrong_length(length: i64, rows: usize) -> ArrowError {
    ArrowError::malformed(format!("has {length} values in a batch of {rows} rows"))
}

#[cold]
fn wrong_nulls(nulls: i64) -> ArrowError {
    ArrowError::malformed(format!("has {nulls} nulls"))
}

#[cold]
fn forbidden_nulls() -> ArrowError {
    ArrowError::malformed("must not hold nulls")
}

#[cold]
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

#[cold]
fn too_short() -> ArrowError {
    ArrowError::malformed("a buffer is shorter than its rows need")
}

/// Returns the last offset.
fn check_offsets(offsets: &[u8], values: usize) -> Result<usize> {
    let last = offsets.last_chunk::<4>().map_or(0, |last| i32::from_le_bytes(*last));
    if ever_falls(offsets) || last as usize > values {
        return Err(ArrowError::malformed("text or binary offsets fall or point outside of the values"));
    }
    Ok(last as usize)
}

/// Whether an offset is negative or smaller than the one before it.
///
/// A function of its own, as the one below, and without a branch per element: the host compiles a
/// small loop at once, and a branch that it has never seen taken throws compiled code away.
#[inline(never)]
fn ever_falls(offsets: &[u8]) -> bool {
    let mut last = 0i32;
    // Its top bit is set by a fall or a negative offset; neither goes unseen through an overflow,
    // since of two offsets that are not negative the difference fits.
    let mut signs = 0i32;
    for offset in offsets.chunks_exact(4) {
        let offset = i32::from_le_bytes([offset[0], offset[1], offset[2], offset[3]]);
        signs |= offset | offset.wrapping_sub(last);
        last = offset;
    }
    signs < 0
}

fn count_zeros(bits: &[u8], rows: usize) -> usize {
    let whole = &bits[..rows / 8];
    let rest = match rows % 8 {
        0 => 0,
        left => (bits[rows / 8] & ((1 << left) - 1)).count_ones() as usize,
    };
    rows - count_ones(whole) - rest
}

#[inline(never)]
fn count_ones(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let words: usize = words.iter().map(|word| u64::from_le_bytes(*word).count_ones() as usize).sum();
    words + rest.iter().map(|byte| byte.count_ones() as usize).sum::<usize>()
}
