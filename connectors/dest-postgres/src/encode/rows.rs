//! From a batch's columns to COPY's binary rows.

use std::ops::Range;

use rapidbyte_sdk::arrow::{BatchView, ColumnView};

use super::binary::{put_binary, Binary, MAX_FIELD_BYTES};
use super::loops::{self, Scaling, Valid, LENGTH_BYTES};
use super::{BadValue, EPOCH_DAYS, EPOCH_MICROS};

/// Rows at a time: few enough for the host to see each loop run often and compile it early, and
/// for what they become to stay in the processor's cache until it is sent.
const MAX_ROWS: usize = 2_048;
/// Bytes that several rows at a time may become; one row may be larger.
const MAX_BYTES: usize = 512 << 10;
/// A row must fit a message of the protocol, whose length has 31 bits.
const MAX_ROW_BYTES: i64 = MAX_FIELD_BYTES as i64;

/// Where a value has no form.
#[derive(Debug, PartialEq, Eq)]
pub struct Bad {
    /// Among the encoder's columns.
    pub column: usize,
    /// In the batch.
    pub row: usize,
    pub value: BadValue,
}

/// Turns batches into rows, a column at a time; keeps its memory from batch to batch.
pub struct Encoder {
    columns: Vec<Column>,
    /// Where each row's next field goes.
    cursors: Vec<u32>,
    /// How many rows at a time to try next.
    rows: usize,
}

struct Column {
    /// In the batch.
    index: usize,
    form: Binary,
    size: Size,
    write: Write,
    /// Fields made value by value, where no loop makes them.
    made: Option<Made>,
}

/// Adds what fields take beyond their form's width to the rows; returns how many bytes in all,
/// fewer than none where nulls lack the width.
type Size = fn(&Slice<'_>, &mut [u32]) -> i64;

/// Writes fields; returns whether a value is out of range. The cursors must be where the [`Size`]
/// of the same form has made room.
type Write = unsafe fn(&Slice<'_>, &mut [u32], *mut u8) -> bool;

#[derive(Default)]
struct Made {
    fields: Vec<u8>,
    /// Where each field ends.
    ends: Vec<u32>,
}

impl Encoder {
    /// For the columns of a batch with these indices and forms.
    pub fn new(columns: impl IntoIterator<Item = (usize, Binary)>) -> Encoder {
        let column = |(index, form)| {
            let made = (form == Binary::NumericText).then(Made::default);
            Column { index, form, size: size_of(form), write: write_of(form), made }
        };
        Encoder { columns: columns.into_iter().map(column).collect(), cursors: vec![0; MAX_ROWS], rows: MAX_ROWS }
    }

    /// Appends some of the rows of the batch, the first ones, to `out`; returns how many, at least one.
    /// What `out` holds after a failure is incomplete.
    pub fn put(&mut self, batch: &BatchView<'_>, range: Range<usize>, out: &mut Vec<u8>) -> Result<usize, Bad> {
        let first = range.start;
        let mut rows = range.len().min(self.rows);
        loop {
            let bytes = self.size(batch, first, rows)?;
            if bytes > MAX_BYTES && rows > 1 {
                rows = (rows as u64 * MAX_BYTES as u64 / bytes as u64).clamp(1, rows as u64 / 2) as usize;
                continue;
            }
            out.reserve(bytes);
            if self.write(batch, first, rows, bytes, out)? {
                self.rows = (2 * rows).min(MAX_ROWS);
                return Ok(rows);
            }
        }
    }

    /// Puts the cursors where the rows start; returns the bytes of all rows.
    fn size(&mut self, batch: &BatchView<'_>, first: usize, rows: usize) -> Result<usize, Bad> {
        let cursors = &mut self.cursors[..rows];
        let mut fixed = COUNT_BYTES;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let slice = column.slice(batch, first, rows);
            if column.form == Binary::Raw && !slice.has_offsets() {
                column.made.get_or_insert_default();
            }
            if slice.data_bytes() > MAX_FIELD_BYTES - 1 {
                check(index, column.form, &slice)?;
            }
            match &mut column.made {
                Some(made) => made.fill(index, column.form, &slice)?,
                None => fixed += LENGTH_BYTES + column.form.width(),
            }
        }
        loops::start_rows(cursors, fixed as u32);
        let mut bytes = (fixed * rows) as i64;
        for (index, column) in self.columns.iter().enumerate() {
            let slice = column.slice(batch, first, rows);
            bytes += match &column.made {
                Some(made) => loops::size_made(&made.ends, cursors).into(),
                None => (column.size)(&slice, cursors),
            };
            if rows == 1 && bytes > MAX_ROW_BYTES {
                return Err(Bad { column: index, row: first, value: BadValue("makes its row larger than 1 GiB") });
            }
        }
        Ok(bytes as usize)
    }

    /// Writes the rows that were sized; false if they have to be sized and written again.
    fn write(
        &mut self,
        batch: &BatchView<'_>,
        first: usize,
        rows: usize,
        bytes: usize,
        out: &mut Vec<u8>,
    ) -> Result<bool, Bad> {
        let cursors = &mut self.cursors[..rows];
        let room = &mut out.spare_capacity_mut()[..bytes];
        let to = room.as_mut_ptr().cast::<u8>();
        // SAFETY: `size` has put the cursors where each row has room in front of the next for its
        // count and for the fields of all columns, by the same views, forms and loops; all rows
        // together have the `bytes` that `room` has.
        unsafe { loops::put_counts(self.columns.len() as u16, cursors, to) };
        let mut complete = true;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let slice = column.slice(batch, first, rows);
            if let Some(made) = &column.made {
                // SAFETY: as above; `fill` has kept the ends in order and within the fields.
                unsafe { loops::put_made(&made.ends, &made.fields, cursors, to) };
                continue;
            }
            // SAFETY: as above.
            if unsafe { (column.write)(&slice, cursors, to) } {
                check(index, column.form, &slice)?;
                // Numbers too large for the loop, not for the form. More are likely to come.
                column.made = Some(Made::default());
                complete = false;
            }
        }
        assert_eq!(cursors.last().map(|end| *end as usize), Some(bytes), "rows are as long as they were sized");
        if complete {
            // SAFETY: every row was written from its start to that of the next.
            unsafe { out.set_len(out.len() + bytes) };
        }
        Ok(complete)
    }
}

/// The number of fields, in front of each row.
const COUNT_BYTES: usize = 2;

/// Finds the value that has no form, if there is one.
#[cold]
fn check(column: usize, form: Binary, slice: &Slice<'_>) -> Result<(), Bad> {
    Made::default().fill(column, form, slice)
}

impl Made {
    /// Makes the fields of the rows, one by one.
    #[cold]
    fn fill(&mut self, column: usize, form: Binary, slice: &Slice<'_>) -> Result<(), Bad> {
        self.fields.clear();
        self.ends.clear();
        for row in slice.first..slice.first + slice.rows {
            put_binary(form, slice.view, row, &mut self.fields).map_err(|value| Bad { column, row, value })?;
            self.ends.push(self.fields.len() as u32);
        }
        Ok(())
    }
}

impl Column {
    fn slice<'a>(&self, batch: &'a BatchView<'_>, first: usize, rows: usize) -> Slice<'a> {
        Slice { view: &batch.columns()[self.index], form: self.form, first, rows }
    }
}

/// Some rows of a column.
struct Slice<'a> {
    view: &'a ColumnView<'a>,
    form: Binary,
    first: usize,
    rows: usize,
}

impl<'a> Slice<'a> {
    fn has_nulls(&self) -> bool {
        self.view.null_count() > 0
    }

    /// Whether the values are text or binary of any length.
    fn has_offsets(&self) -> bool {
        !self.view.offsets().is_empty()
    }

    fn scaling(&self) -> Scaling {
        match self.form {
            Binary::Decimal(scale) => Scaling::of(scale),
            _ => Scaling::of(0),
        }
    }

    fn valid(&self) -> Valid<'a> {
        Valid { bits: self.view.validity(), first: self.first }
    }

    fn fixed(&self, width: usize) -> &'a [u8] {
        &self.view.values()[self.first * width..(self.first + self.rows) * width]
    }

    fn offsets(&self) -> &'a [u8] {
        &self.view.offsets()[self.first * 4..(self.first + self.rows + 1) * 4]
    }

    /// Bytes of text or binary.
    fn data_bytes(&self) -> usize {
        if !self.has_offsets() {
            return 0;
        }
        let end = |bytes: Option<&[u8; 4]>| bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
        let offsets = self.offsets();
        end(offsets.last_chunk()) - end(offsets.first_chunk())
    }
}

/// Calls a loop, in its form for columns with nulls or for those without.
macro_rules! sized {
    ($size:ident $(::<$units:ty>)? , $slice:ident => $($argument:expr),*) => {
        |$slice, cursors| {
            i64::from(if $slice.has_nulls() {
                loops::$size::<$($units,)? true>($($argument,)* $slice.valid(), cursors)
            } else {
                loops::$size::<$($units,)? false>($($argument,)* $slice.valid(), cursors)
            })
        }
    };
}

fn size_of(form: Binary) -> Size {
    match form {
        Binary::Raw => sized!(size_bytes, slice => 0, slice.offsets()),
        Binary::Jsonb => sized!(size_bytes, slice => 1, slice.offsets()),
        Binary::Decimal(_) => sized!(size_numbers::<i128>, slice => slice.fixed(16), slice.scaling()),
        Binary::Int2ToNumeric => sized!(size_numbers::<i16>, slice => slice.fixed(2), slice.scaling()),
        Binary::Int4ToNumeric => sized!(size_numbers::<i32>, slice => slice.fixed(4), slice.scaling()),
        Binary::Int8ToNumeric => sized!(size_numbers::<i64>, slice => slice.fixed(8), slice.scaling()),
        _ => |slice, cursors| match slice.form.width() {
            width if width > 0 && slice.has_nulls() => {
                -i64::from(loops::without_nulls(width as u32, slice.valid(), cursors))
            }
            _ => 0,
        },
    }
}

/// As `sized!`. What the loops ask for is what [`Write`] asks for; a view's offsets never fall and
/// lie within its values.
macro_rules! written {
    ($put:ident $(::<$units:ty>)? , $slice:ident => $($argument:expr),*) => {
        |$slice, cursors, out| {
            if $slice.has_nulls() {
                // SAFETY: see above.
                unsafe { loops::$put::<$($units,)? true>($($argument,)* $slice.valid(), cursors, out) }
            } else {
                // SAFETY: see above.
                unsafe { loops::$put::<$($units,)? false>($($argument,)* $slice.valid(), cursors, out) }
            }
        }
    };
}

/// As `written!`, for values and fields of a fixed width. A setting is read before the loop.
macro_rules! converted {
    ($from:literal => $to:literal, |$value:ident $(, $setting:ident = $of:ident)?| $convert:expr) => {
        |slice, cursors, out| {
            $(let $setting = $of(slice.form);)?
            let convert = |$value: [u8; $from]| $convert;
            if slice.has_nulls() {
                // SAFETY: see `written!`.
                unsafe {
                    loops::put_fixed::<$from, $to, true>(slice.fixed($from), slice.valid(), cursors, out, convert)
                }
            } else {
                // SAFETY: see `written!`.
                unsafe {
                    loops::put_fixed::<$from, $to, false>(slice.fixed($from), slice.valid(), cursors, out, convert)
                }
            }
        }
    };
}

fn write_of(form: Binary) -> Write {
    match form {
        Binary::Null => |_, cursors, out| {
            // SAFETY: the caller's promise, see `Write`.
            unsafe { loops::put_nulls(cursors, out) }
        },
        Binary::Bool => written!(put_bools, slice => slice.view.values(), slice.first),
        Binary::Raw => written!(put_bytes, slice => 0, slice.offsets(), slice.view.values()),
        Binary::Jsonb => written!(put_bytes, slice => 1, slice.offsets(), slice.view.values()),
        Binary::Int2 => converted!(2 => 2, |v| (i16::from_le_bytes(v).to_be_bytes(), false)),
        Binary::Int2To4 => converted!(2 => 4, |v| (i32::from(i16::from_le_bytes(v)).to_be_bytes(), false)),
        Binary::Int2To8 => converted!(2 => 8, |v| (i64::from(i16::from_le_bytes(v)).to_be_bytes(), false)),
        Binary::Int4To8 => converted!(4 => 8, |v| (i64::from(i32::from_le_bytes(v)).to_be_bytes(), false)),
        Binary::Float4To8 => converted!(4 => 8, |v| (f64::from(f32::from_le_bytes(v)).to_be_bytes(), false)),
        Binary::Uuid => converted!(16 => 16, |v| (v, false)),
        Binary::Oid => converted!(8 => 4, |v| {
            let number = i64::from_le_bytes(v);
            ((number as u32).to_be_bytes(), number as u64 > u64::from(u32::MAX))
        }),
        // One loop each for all of four and of eight bytes, so that there are fewer to compile.
        Binary::Int4 | Binary::Bits32 | Binary::Date => converted!(4 => 4, |v, epoch = epoch_32| {
            let (number, wrong) = since_epoch_32(i32::from_le_bytes(v), epoch);
            (number.to_be_bytes(), wrong)
        }),
        Binary::Int8 | Binary::Bits64 | Binary::Timestamp => converted!(8 => 8, |v, epoch = epoch_64| {
            let (number, wrong) = since_epoch_64(i64::from_le_bytes(v), epoch);
            (number.to_be_bytes(), wrong)
        }),
        Binary::Decimal(_) => written!(put_numbers::<i128>, slice => slice.fixed(16), slice.scaling()),
        Binary::Int2ToNumeric => written!(put_numbers::<i16>, slice => slice.fixed(2), slice.scaling()),
        Binary::Int4ToNumeric => written!(put_numbers::<i32>, slice => slice.fixed(4), slice.scaling()),
        Binary::Int8ToNumeric => written!(put_numbers::<i64>, slice => slice.fixed(8), slice.scaling()),
        Binary::NumericText => |_, _, _| unreachable!("numbers in text are made value by value"),
    }
}

fn epoch_32(form: Binary) -> i32 {
    if form == Binary::Date {
        EPOCH_DAYS
    } else {
        0
    }
}

fn epoch_64(form: Binary) -> i64 {
    if form == Binary::Timestamp {
        EPOCH_MICROS
    } else {
        0
    }
}

/// The extreme numbers stand for infinity and stay; below the range a number wraps.
#[inline(always)]
fn since_epoch_32(number: i32, epoch: i32) -> (i32, bool) {
    let finite = (number != i32::MIN) & (number != i32::MAX);
    let moved = number.wrapping_sub(epoch & i32::from(finite).wrapping_neg());
    (moved, moved > number)
}

/// As [`since_epoch_32`].
#[inline(always)]
fn since_epoch_64(number: i64, epoch: i64) -> (i64, bool) {
    let finite = (number != i64::MIN) & (number != i64::MAX);
    let moved = number.wrapping_sub(epoch & i64::from(finite).wrapping_neg());
    (moved, moved > number)
}
