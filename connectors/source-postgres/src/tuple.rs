//! Tuples of COPY's binary format, found but not yet decoded: a field count, then length and bytes of
//! each field.

use rapidbyte_pg::{COPY_DATA, FRAME_HEADER_BYTES};

/// What stands before the first tuple: a signature, flags, and the length of an extension.
pub const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";

/// The field count that ends the data.
pub const TRAILER: i16 = -1;

/// Bytes of a tuple's field count.
pub const COUNT_BYTES: usize = 2;

/// Bytes of a field's length.
pub const LENGTH_BYTES: usize = 4;

/// The most fields looked up in one go: with their columns' memory they stay in the cache.
const MAX_FIELDS: usize = 1 << 15;

/// Where a field lies: its first byte in the buffer, and its length, which is negative for a null.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field {
    pub start: u32,
    pub length: i32,
}

/// Why a tuple could not be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TupleError {
    /// The bytes end before the tuple does.
    Short,
    /// It has this many fields instead of one for each column.
    FieldCount(i16),
}

/// Why a scan came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What follows is not a whole CopyData message.
    Cut,
    /// The next message is not just one tuple, or one that is too large.
    Odd,
    /// The next tuple may not fit the batch.
    NoRoom,
    /// No more fields can be noted.
    Full,
}

/// What a scan found.
pub struct Found {
    /// Behind the last tuple.
    pub end: usize,
    /// Bytes of the tuples.
    pub payload: usize,
    pub stop: Stop,
}

/// The fields of some tuples, column by column.
pub struct TupleIndex {
    columns: usize,
    capacity: usize,
    fields: Vec<Field>,
    rows: usize,
}

/// What a scan may take.
pub struct Bounds {
    /// Bytes of all tuples together, each with `row_overhead`.
    pub room: usize,
    pub row_overhead: usize,
    pub max_row_bytes: usize,
}

impl TupleIndex {
    pub fn new(columns: usize) -> TupleIndex {
        let capacity = (MAX_FIELDS / columns.max(1)).max(1);
        TupleIndex { columns, capacity, fields: vec![Field::default(); capacity * columns.max(1)], rows: 0 }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// One column's fields, row by row.
    pub fn column(&self, index: usize) -> &[Field] {
        let first = index * self.capacity;
        &self.fields[first..first + self.rows]
    }

    /// Notes the fields of the tuples that lie one by one in the CopyData messages from `at` on, which
    /// is how PostgreSQL sends them.
    ///
    /// Together with the loops of [`crate::columns`] this is the hot path. Each of them is small and
    /// calls nothing, so that the host has compiled them all after a fraction of a second.
    #[inline(never)]
    pub fn scan(&mut self, frames: &[u8], mut at: usize, bounds: &Bounds) -> Found {
        let mut room = bounds.room;
        let mut payload = 0;
        let mut rows = 0;
        let stop = loop {
            if rows == self.capacity {
                break Stop::Full;
            }
            let Some([tag, length @ ..]) = frames[at..].first_chunk::<FRAME_HEADER_BYTES>() else { break Stop::Cut };
            // The length counts itself but not the tag.
            let length = u32::from_be_bytes(*length) as usize;
            if *tag != COPY_DATA || length >= frames.len() - at {
                break Stop::Cut;
            }
            // The client refuses a length that does not even hold itself.
            let Some(size) = length.checked_sub(LENGTH_BYTES) else { break Stop::Cut };
            if size > bounds.max_row_bytes {
                break Stop::Odd;
            }
            let cost = size + bounds.row_overhead;
            if cost > room {
                break Stop::NoRoom;
            }
            let tuple = at + FRAME_HEADER_BYTES;
            if note(frames, tuple, tuple + size, &mut self.fields[rows..], self.capacity, self.columns)
                != Ok(tuple + size)
            {
                break Stop::Odd;
            }
            at = tuple + size;
            room -= cost;
            payload += size;
            rows += 1;
        };
        self.rows = rows;
        Found { end: at, payload, stop }
    }

    /// Notes the fields of the one tuple that begins at `at`; gives its end.
    pub fn note_one(&mut self, bytes: &[u8], at: usize) -> Result<usize, TupleError> {
        self.rows = 0;
        let end = note(bytes, at, bytes.len(), &mut self.fields, self.capacity, self.columns)?;
        self.rows = 1;
        Ok(end)
    }
}

/// Notes a tuple's fields, `stride` places apart; gives its end.
#[inline(always)]
fn note(
    bytes: &[u8],
    at: usize,
    end: usize,
    fields: &mut [Field],
    stride: usize,
    columns: usize,
) -> Result<usize, TupleError> {
    let bytes = &bytes[..end];
    let Some(count) = bytes[at..].first_chunk::<COUNT_BYTES>() else { return Err(TupleError::Short) };
    let count = i16::from_be_bytes(*count);
    if count as usize != columns {
        return Err(TupleError::FieldCount(count));
    }
    let mut at = at + COUNT_BYTES;
    let mut place = 0;
    for _ in 0..columns {
        let Some(length) = bytes[at..].first_chunk::<LENGTH_BYTES>() else { return Err(TupleError::Short) };
        let length = i32::from_be_bytes(*length);
        at += LENGTH_BYTES;
        fields[place] = Field { start: at as u32, length };
        place += stride;
        if length > 0 {
            if length as usize > end - at {
                return Err(TupleError::Short);
            }
            at += length as usize;
        }
    }
    Ok(at)
}
