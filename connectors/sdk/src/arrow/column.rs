use super::buffer::Buffer;
use super::schema::{DataType, Layout};
use super::write::RawColumn;
use super::{ArrowError, Result};

/// The most bytes that 32-bit offsets can address in one column of one batch.
const MAX_DATA_BYTES: usize = i32::MAX as usize;

/// One column under construction.
///
/// Values are appended with the `push_…` method of the column's type. Pushing through a method
/// of another width is a defect of the caller that [`super::Batch::write_ipc`] reports; it cannot
/// touch foreign memory. Appending never fails and never allocates per value.
#[derive(Debug)]
pub struct Column {
    layout: Layout,
    rows: usize,
    nulls: usize,
    /// Empty until the first null; then a set bit for each value, up to the latest null's byte.
    validity: Buffer,
    /// Bits, fixed-width values, or what the offsets point into.
    values: Buffer,
    /// Where each variable-width value starts, and the end of the last one.
    offsets: Buffer,
    overflown: bool,
}

impl Column {
    /// An empty column of a type.
    pub fn new(data_type: &DataType) -> Self {
        let mut column = Column {
            layout: data_type.layout(),
            rows: 0,
            nulls: 0,
            validity: Buffer::default(),
            values: Buffer::default(),
            offsets: Buffer::default(),
            overflown: false,
        };
        column.clear();
        column
    }

    /// Empties the column and keeps its memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.nulls = 0;
        self.overflown = false;
        self.validity.clear();
        self.values.clear();
        self.offsets.clear();
        if self.layout == Layout::Variable {
            self.offsets.put(0i32.to_le_bytes());
        }
    }

    /// Takes back the values behind the first `rows`.
    pub(super) fn truncate(&mut self, rows: usize) {
        while self.rows > rows {
            self.rows -= 1;
            self.take_back(self.rows);
        }
    }

    /// Undoes the push that made row `row`, the last one.
    fn take_back(&mut self, row: usize) {
        let bit = 1u8 << (row & 7);
        // The row's validity byte is the last one, if it was null or followed a null in its byte.
        if self.validity.len() == row / 8 + 1 {
            if let Some(last) = self.validity.last_mut() {
                self.nulls -= usize::from(*last & bit == 0);
                *last |= bit;
            }
        }
        self.validity.truncate(row.div_ceil(8));
        match self.layout {
            Layout::Bits => {
                self.values.truncate(row / 8 + 1);
                if let Some(last) = self.values.last_mut() {
                    *last &= !bit;
                }
                self.values.truncate(row.div_ceil(8));
            }
            Layout::Fixed(width) => self.values.truncate(row * width),
            Layout::Variable => {
                self.offsets.truncate((row + 1) * 4);
                let end = self.offsets.as_slice().last_chunk::<4>().map_or(0, |end| u32::from_le_bytes(*end));
                self.values.truncate(end as usize);
            }
        }
    }

    /// One value's bytes as they lie in an Arrow buffer, a truth value in a byte of its own; none for a
    /// null, and for a row that there is not.
    pub fn value(&self, row: usize) -> Option<&[u8]> {
        let has_value = self.validity.as_slice().get(row / 8).is_none_or(|bits| bits >> (row & 7) & 1 == 1);
        if row >= self.rows || !has_value {
            return None;
        }
        let values = self.values.as_slice();
        match self.layout {
            Layout::Bits => Some(if values.get(row / 8)? >> (row & 7) & 1 == 1 { &[1] } else { &[0] }),
            Layout::Fixed(width) => values.get(row * width..(row + 1) * width),
            Layout::Variable => {
                let end = |index: usize| {
                    let offset = self.offsets.as_slice().get(4 * index..)?.first_chunk::<4>()?;
                    Some(u32::from_le_bytes(*offset) as usize)
                };
                values.get(end(row)?..end(row + 1)?)
            }
        }
    }

    /// Values and nulls pushed so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of the column's buffers as they will stand in the batch, without padding.
    pub fn byte_size(&self) -> usize {
        let validity = if self.nulls == 0 { 0 } else { self.rows.div_ceil(8) };
        validity + self.values.len() + self.offsets.len()
    }

    /// Memory held, in bytes.
    pub fn capacity(&self) -> usize {
        self.validity.capacity() + self.values.capacity() + self.offsets.capacity()
    }

    /// Appends a truth value.
    #[inline(always)]
    pub fn push_bool(&mut self, value: bool) {
        let bit = (self.rows & 7) as u32;
        if bit == 0 {
            self.values.put([u8::from(value)]);
        } else if let Some(last) = self.values.last_mut() {
            *last |= u8::from(value) << bit;
        }
        self.rows += 1;
    }

    /// Appends a 16-bit integer.
    #[inline(always)]
    pub fn push_i16(&mut self, value: i16) {
        self.push_fixed(value.to_le_bytes());
    }

    /// Appends a 32-bit integer or a date's days.
    #[inline(always)]
    pub fn push_i32(&mut self, value: i32) {
        self.push_fixed(value.to_le_bytes());
    }

    /// Appends a 64-bit integer or the microseconds of a time or timestamp.
    #[inline(always)]
    pub fn push_i64(&mut self, value: i64) {
        self.push_fixed(value.to_le_bytes());
    }

    /// Appends a single-precision number, its bits untouched.
    #[inline(always)]
    pub fn push_f32(&mut self, value: f32) {
        self.push_fixed(value.to_le_bytes());
    }

    /// Appends a double-precision number, its bits untouched.
    #[inline(always)]
    pub fn push_f64(&mut self, value: f64) {
        self.push_fixed(value.to_le_bytes());
    }

    /// A decimal's unscaled value.
    #[inline(always)]
    pub fn push_i128(&mut self, value: i128) {
        self.push_fixed(value.to_le_bytes());
    }

    /// A fixed-width value as it lies in an Arrow buffer, such as the 16 bytes of a UUID.
    #[inline(always)]
    pub fn push_fixed<const N: usize>(&mut self, value: [u8; N]) {
        self.values.put(value);
        self.rows += 1;
    }

    /// Text (which must be UTF-8) or binary of any length, or exactly the width of a fixed-size
    /// binary column.
    #[inline(always)]
    pub fn push_bytes(&mut self, value: &[u8]) {
        self.values.put_slice(value);
        self.end_value();
    }

    /// Appends a value in pieces: call [`Self::extend_value`] any number of times, then
    /// [`Self::end_value`].
    #[inline(always)]
    pub fn extend_value(&mut self, piece: &[u8]) {
        self.values.put_slice(piece);
    }

    /// Ends a value of a text or binary column.
    #[inline(always)]
    pub fn end_value(&mut self) {
        if self.layout == Layout::Variable {
            let end = self.values.len();
            self.overflown |= end > MAX_DATA_BYTES;
            self.offsets.put((end as u32).to_le_bytes());
        }
        self.rows += 1;
    }

    /// Appends a null.
    pub fn push_null(&mut self) {
        let row = self.rows;
        let missing = row / 8 + 1 - self.validity.len();
        self.validity.put_repeated(0xFF, missing);
        if let Some(last) = self.validity.last_mut() {
            *last &= !(1 << (row & 7));
        }
        self.nulls += 1;
        match self.layout {
            Layout::Bits => self.push_bool(false),
            Layout::Fixed(width) => {
                self.values.put_repeated(0, width);
                self.rows += 1;
            }
            Layout::Variable => self.end_value(),
        }
    }

    /// Appends `count` values of fixed width, all zero, and gives their bytes to be filled in. Whole
    /// columns at a time is the fastest way to build a batch: the loop that fills them is small,
    /// calls nothing and is soon compiled.
    pub fn extend_fixed(&mut self, count: usize) -> &mut [u8] {
        self.rows += count;
        match self.layout {
            Layout::Fixed(width) => self.values.extend_zeroed(count * width),
            // Reported by `raw`: the lengths no longer fit the type.
            Layout::Bits | Layout::Variable => self.values.extend_zeroed(count),
        }
    }

    /// Appends `count` truth values, all false, and gives the bits of the whole column with the
    /// number of the first new one.
    pub fn extend_bits(&mut self, count: usize) -> (&mut [u8], usize) {
        let first = self.rows;
        self.rows += count;
        let missing = self.rows.div_ceil(8).saturating_sub(self.values.len());
        self.values.extend_zeroed(missing);
        (self.values.as_mut_slice(), first)
    }

    /// Appends `count` text or binary values of `bytes` together. Gives the offsets to be filled in
    /// with each value's end (four bytes, little-endian), the values' bytes, and the offset at which
    /// those begin.
    pub fn extend_variable(&mut self, count: usize, bytes: usize) -> (&mut [u8], &mut [u8], usize) {
        let start = self.values.len();
        self.overflown |= start + bytes > MAX_DATA_BYTES;
        self.rows += count;
        (self.offsets.extend_zeroed(4 * count), self.values.extend_zeroed(bytes), start)
    }

    /// Makes nulls of those of the last `count` values for which `is_null` says so, counted from 0.
    pub fn set_nulls(&mut self, count: usize, is_null: impl Fn(usize) -> bool) {
        let first = self.rows - count;
        let missing = self.rows.div_ceil(8) - self.validity.len();
        self.validity.put_repeated(0xFF, missing);
        let bits = self.validity.as_mut_slice();
        for index in 0..count {
            if is_null(index) {
                let row = first + index;
                bits[row >> 3] &= !(1 << (row & 7));
                self.nulls += 1;
            }
        }
    }

    /// The column as the writer takes it. Fails if the pushes do not fit the type.
    pub fn raw(&self) -> Result<RawColumn<'_>> {
        if self.overflown {
            return Err(ArrowError::Invalid(format!(
                "a column holds {} bytes, more than the {MAX_DATA_BYTES} that one batch can",
                self.values.len()
            )));
        }
        let fits = match self.layout {
            Layout::Bits => self.values.len() == self.rows.div_ceil(8),
            Layout::Fixed(width) => self.values.len() == self.rows * width,
            Layout::Variable => self.offsets.len() == (self.rows + 1) * 4,
        };
        if !fits {
            return Err(ArrowError::Invalid("a value was pushed with another type's width".to_string()));
        }
        Ok(RawColumn {
            layout: self.layout,
            rows: self.rows,
            nulls: self.nulls,
            validity: self.validity.as_slice(),
            offsets: self.offsets.as_slice(),
            values: self.values.as_slice(),
        })
    }
}
