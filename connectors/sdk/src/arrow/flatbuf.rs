//! As much of FlatBuffers as Arrow's messages need: a writer that goes front to back and patches
//! forward offsets, and a reader that checks every access.
//!
//! Format: <https://flatbuffers.dev/internals/>. A table starts with a signed offset back to its
//! vtable, which lists where each field lies in the table, 0 for an absent one. Strings, vectors
//! and tables are referred to by unsigned offsets that point forward.

use super::{ArrowError, Result};

/// A field of a table under construction.
#[derive(Clone, Copy)]
pub(super) enum Slot {
    /// Left out; a reader takes the default.
    Absent,
    U8(u8),
    I16(i16),
    I32(i32),
    I64(i64),
    /// Filled in by [`Writer::point_here`].
    Offset,
}

impl Slot {
    fn size(self) -> usize {
        match self {
            Slot::Absent => 0,
            Slot::U8(_) => 1,
            Slot::I16(_) => 2,
            Slot::I32(_) | Slot::Offset => 4,
            Slot::I64(_) => 8,
        }
    }
}

/// Where an offset stands that waits for its target.
#[derive(Clone, Copy)]
pub(super) struct Pending(usize);

/// Writes one buffer whose first byte is 8-byte aligned.
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Starts a buffer; the root table must be written next, after [`Writer::point_here`] on the
    /// returned offset.
    pub(super) fn new() -> (Self, Pending) {
        (Writer { bytes: vec![0; 4] }, Pending(0))
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn align(&mut self, to: usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(to), 0);
    }

    /// Writes a table that `pending` shall point to; returns where each slot stands, in order.
    pub(super) fn table<const N: usize>(&mut self, pending: Pending, slots: [Slot; N]) -> [Pending; N] {
        let mut at = [0usize; N];
        let mut size = 4usize;
        for (place, slot) in at.iter_mut().zip(slots) {
            if slot.size() > 0 {
                *place = size.next_multiple_of(slot.size());
                size = *place + slot.size();
            }
        }
        self.align(2);
        let vtable = self.bytes.len();
        self.put(&(4 + 2 * N as u16).to_le_bytes());
        self.put(&(size as u16).to_le_bytes());
        for place in at {
            self.put(&(place as u16).to_le_bytes());
        }
        self.align(8);
        let start = self.bytes.len();
        self.patch(pending, start);
        self.put(&((start - vtable) as i32).to_le_bytes());
        self.bytes.resize(start + size, 0);
        for (place, slot) in at.iter().zip(slots) {
            let target = &mut self.bytes[start + place..];
            match slot {
                Slot::Absent | Slot::Offset => {}
                Slot::U8(value) => target[0] = value,
                Slot::I16(value) => target[..2].copy_from_slice(&value.to_le_bytes()),
                Slot::I32(value) => target[..4].copy_from_slice(&value.to_le_bytes()),
                Slot::I64(value) => target[..8].copy_from_slice(&value.to_le_bytes()),
            }
        }
        at.map(|place| Pending(start + place))
    }

    pub(super) fn string(&mut self, pending: Pending, text: &str) {
        self.align(4);
        self.patch(pending, self.bytes.len());
        self.put(&(text.len() as u32).to_le_bytes());
        self.put(text.as_bytes());
        self.put(&[0]);
    }

    /// Writes a vector of `count` offsets.
    pub(super) fn offsets(&mut self, pending: Pending, count: usize) -> Vec<Pending> {
        self.align(4);
        self.patch(pending, self.bytes.len());
        self.put(&(count as u32).to_le_bytes());
        let start = self.bytes.len();
        self.bytes.resize(start + 4 * count, 0);
        (0..count).map(|index| Pending(start + 4 * index)).collect()
    }

    /// Writes a vector of structs that each hold two 64-bit numbers.
    pub(super) fn pairs(&mut self, pending: Pending, pairs: impl ExactSizeIterator<Item = (i64, i64)>) {
        self.align(8);
        // The elements, not the count before them, must be aligned.
        self.put(&[0; 4]);
        self.patch(pending, self.bytes.len());
        self.put(&(pairs.len() as u32).to_le_bytes());
        for (first, second) in pairs {
            self.put(&first.to_le_bytes());
            self.put(&second.to_le_bytes());
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn patch(&mut self, pending: Pending, target: usize) {
        let offset = (target - pending.0) as u32;
        self.bytes[pending.0..pending.0 + 4].copy_from_slice(&offset.to_le_bytes());
    }
}

/// A table in untrusted bytes. Absent fields read as their default; everything else that is not
/// where it says is an error.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    start: usize,
    vtable: usize,
    /// Bytes of the vtable, itself included.
    vtable_size: usize,
}

impl<'a> Table<'a> {
    pub(super) fn root(bytes: &'a [u8]) -> Result<Self> {
        Table::at(bytes, follow(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], start: usize) -> Result<Self> {
        let back = i64::from(i32::from_le_bytes(take(bytes, start)?));
        let vtable = usize::try_from(start as i64 - back).map_err(|_| out_of_bounds())?;
        let vtable_size = usize::from(u16::from_le_bytes(take(bytes, vtable)?));
        if vtable_size < 4 || vtable_size > bytes.len() - vtable {
            return Err(out_of_bounds());
        }
        Ok(Table { bytes, start, vtable, vtable_size })
    }

    /// The position of a field, `None` where it is absent.
    fn field(&self, index: usize) -> Result<Option<usize>> {
        let entry = 4 + 2 * index;
        if entry + 2 > self.vtable_size {
            return Ok(None);
        }
        let place = usize::from(u16::from_le_bytes(take(self.bytes, self.vtable + entry)?));
        Ok((place != 0).then(|| self.start + place))
    }

    pub(super) fn u8(&self, index: usize, default: u8) -> Result<u8> {
        self.scalar(index).map(|bytes| bytes.map_or(default, u8::from_le_bytes))
    }

    pub(super) fn i16(&self, index: usize, default: i16) -> Result<i16> {
        self.scalar(index).map(|bytes| bytes.map_or(default, i16::from_le_bytes))
    }

    pub(super) fn i32(&self, index: usize, default: i32) -> Result<i32> {
        self.scalar(index).map(|bytes| bytes.map_or(default, i32::from_le_bytes))
    }

    pub(super) fn i64(&self, index: usize, default: i64) -> Result<i64> {
        self.scalar(index).map(|bytes| bytes.map_or(default, i64::from_le_bytes))
    }

    fn scalar<const N: usize>(&self, index: usize) -> Result<Option<[u8; N]>> {
        self.field(index)?.map(|at| take(self.bytes, at)).transpose()
    }

    pub(super) fn table(&self, index: usize) -> Result<Option<Table<'a>>> {
        let Some(at) = self.field(index)? else { return Ok(None) };
        Table::at(self.bytes, follow(self.bytes, at)?).map(Some)
    }

    pub(super) fn string(&self, index: usize) -> Result<Option<&'a str>> {
        let Some(at) = self.field(index)? else { return Ok(None) };
        let start = follow(self.bytes, at)?;
        let (count, start) = counted(self.bytes, start, 1)?;
        std::str::from_utf8(&self.bytes[start..start + count])
            .map(Some)
            .map_err(|_| ArrowError::malformed("a name in the metadata is not UTF-8"))
    }

    pub(super) fn tables(&self, index: usize) -> Result<Vec<Table<'a>>> {
        let Some(at) = self.field(index)? else { return Ok(Vec::new()) };
        let (count, start) = counted(self.bytes, follow(self.bytes, at)?, 4)?;
        (0..count).map(|element| Table::at(self.bytes, follow(self.bytes, start + 4 * element)?)).collect()
    }

    /// A vector of structs that each hold two 64-bit numbers.
    pub(super) fn pairs(&self, index: usize) -> Result<Pairs<'a>> {
        let Some(at) = self.field(index)? else { return Ok(Pairs { bytes: &[] }) };
        let (count, start) = counted(self.bytes, follow(self.bytes, at)?, PAIR_BYTES)?;
        Ok(Pairs { bytes: &self.bytes[start..start + PAIR_BYTES * count] })
    }
}

const PAIR_BYTES: usize = 16;

/// Pairs of 64-bit numbers, as they lie in the metadata.
#[derive(Clone, Copy)]
pub(super) struct Pairs<'a> {
    bytes: &'a [u8],
}

impl<'a> Pairs<'a> {
    pub(super) fn len(&self) -> usize {
        self.bytes.len() / PAIR_BYTES
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, i64)> + 'a {
        self.bytes.chunks_exact(PAIR_BYTES).map(|pair| {
            let (first, second) = pair.split_at(PAIR_BYTES / 2);
            (i64::from_le_bytes(first.try_into().unwrap()), i64::from_le_bytes(second.try_into().unwrap()))
        })
    }
}

/// The element count of the vector at `at` and where its elements start, all in bounds.
fn counted(bytes: &[u8], at: usize, element_size: usize) -> Result<(usize, usize)> {
    let count = u32::from_le_bytes(take(bytes, at)?) as usize;
    let start = at + 4;
    if count > (bytes.len() - start) / element_size {
        return Err(out_of_bounds());
    }
    Ok((count, start))
}

/// Where the unsigned offset at `at` points.
fn follow(bytes: &[u8], at: usize) -> Result<usize> {
    let offset = u32::from_le_bytes(take(bytes, at)?) as usize;
    at.checked_add(offset).filter(|&target| target < bytes.len()).ok_or_else(out_of_bounds)
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    at.checked_add(N)
        .and_then(|end| bytes.get(at..end))
        .and_then(|slice| slice.try_into().ok())
        .ok_or_else(out_of_bounds)
}

fn out_of_bounds() -> ArrowError {
    ArrowError::malformed("an offset in the metadata points outside of it")
}
