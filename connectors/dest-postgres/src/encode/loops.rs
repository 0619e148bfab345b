//! The loops that write a column's fields into rows, and those that find out how long the fields
//! are. All `unsafe` code of the encoder is here.
//!
//! A loop is a function of its own, calls nothing and has no rare branch: the host interprets it
//! until it is compiled, which takes as long as the function is large, and throws compiled code
//! away at the first turn into a branch that it has never seen taken. What is out of range is
//! therefore only noted, and the caller finds it again.
//!
//! A cursor tells where in `out` its row's next field goes; writing a field moves it on. Each
//! `put_…` is sound if its fields, as long as the `size_…` of the same name and input says, lie
//! within `out`; fixed ones take [`LENGTH_BYTES`] and their width, or [`LENGTH_BYTES`] as a NULL.
//! Each returns whether it met a value that its fields cannot hold.

use rapidbyte_sdk::arrow::copy_value;

/// In front of every field.
pub(super) const LENGTH_BYTES: usize = 4;
/// The length of a NULL, the same from either end.
const NULL: u32 = u32::MAX;
/// In front of a jsonb's text.
const JSONB_VERSION: u8 = 1;

/// Which of a column's rows hold a value, from some row on.
#[derive(Clone, Copy)]
pub(super) struct Valid<'a> {
    pub(super) bits: &'a [u8],
    pub(super) first: usize,
}

impl Valid<'_> {
    #[inline(always)]
    fn has(self, row: usize) -> bool {
        bit(self.bits, self.first + row)
    }

    /// All ones for a value, zero for a null.
    #[inline(always)]
    fn mask(self, row: usize) -> u32 {
        u32::from(self.has(row)).wrapping_neg()
    }
}

#[inline(always)]
fn bit(bits: &[u8], index: usize) -> bool {
    (bits[index >> 3] >> (index & 7)) & 1 == 1
}

#[inline(always)]
fn offset(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// # Safety
/// `out` must hold `N` bytes at `at`.
#[inline(always)]
unsafe fn store<const N: usize>(out: *mut u8, at: u32, value: [u8; N]) {
    // SAFETY: in bounds by the caller's promise; an array of bytes has no alignment.
    unsafe { out.add(at as usize).cast::<[u8; N]>().write(value) }
}

/// Puts a cursor at the start of each row, all rows being `row_bytes` long so far.
#[inline(never)]
pub(super) fn start_rows(cursors: &mut [u32], row_bytes: u32) {
    let mut start = 0u32;
    for cursor in cursors {
        *cursor = start;
        start = start.wrapping_add(row_bytes);
    }
}

/// Each row starts with the number of its fields.
///
/// # Safety
/// `out` must hold two bytes at each cursor.
#[inline(never)]
pub(super) unsafe fn put_counts(count: u16, cursors: &mut [u32], out: *mut u8) {
    let count = count.to_be_bytes();
    for cursor in cursors {
        // SAFETY: the caller's promise.
        unsafe { store(out, *cursor, count) };
        *cursor += 2;
    }
}

/// # Safety
/// See the module.
#[inline(never)]
pub(super) unsafe fn put_nulls(cursors: &mut [u32], out: *mut u8) -> bool {
    for cursor in cursors {
        // SAFETY: the caller's promise.
        unsafe { store(out, *cursor, NULL.to_be_bytes()) };
        *cursor += LENGTH_BYTES as u32;
    }
    false
}

/// Takes the bytes of the nulls among fields of `width` bytes from the rows; returns how many.
#[inline(never)]
pub(super) fn without_nulls(width: u32, valid: Valid<'_>, cursors: &mut [u32]) -> u32 {
    let mut missing = 0u32;
    for (row, cursor) in cursors.iter_mut().enumerate() {
        *cursor = cursor.wrapping_sub(missing);
        missing += width & !valid.mask(row);
    }
    missing
}

/// Writes values of `FROM` bytes as fields of `TO` bytes; `convert` gives each field and whether
/// the value is out of range. Returns whether any is.
///
/// # Safety
/// See the module.
#[inline(never)]
pub(super) unsafe fn put_fixed<const FROM: usize, const TO: usize, const NULLS: bool>(
    values: &[u8],
    valid: Valid<'_>,
    cursors: &mut [u32],
    out: *mut u8,
    convert: impl Fn([u8; FROM]) -> ([u8; TO], bool),
) -> bool {
    let mut out_of_range = false;
    for (row, (value, cursor)) in values.as_chunks::<FROM>().0.iter().zip(cursors).enumerate() {
        if NULLS && !valid.has(row) {
            // SAFETY: the caller's promise.
            unsafe { store(out, *cursor, NULL.to_be_bytes()) };
            *cursor += LENGTH_BYTES as u32;
            continue;
        }
        let (field, wrong) = convert(*value);
        out_of_range |= wrong;
        // SAFETY: the caller's promise.
        unsafe {
            store(out, *cursor, (TO as u32).to_be_bytes());
            store(out, *cursor + LENGTH_BYTES as u32, field);
        }
        *cursor += (LENGTH_BYTES + TO) as u32;
    }
    out_of_range
}

/// Writes truth values, from bit `first` on.
///
/// # Safety
/// See the module.
#[inline(never)]
pub(super) unsafe fn put_bools<const NULLS: bool>(
    bits: &[u8],
    first: usize,
    valid: Valid<'_>,
    cursors: &mut [u32],
    out: *mut u8,
) -> bool {
    for (row, cursor) in cursors.iter_mut().enumerate() {
        if NULLS && !valid.has(row) {
            // SAFETY: the caller's promise.
            unsafe { store(out, *cursor, NULL.to_be_bytes()) };
            *cursor += LENGTH_BYTES as u32;
            continue;
        }
        // SAFETY: the caller's promise.
        unsafe {
            store(out, *cursor, 1u32.to_be_bytes());
            store(out, *cursor + LENGTH_BYTES as u32, [u8::from(bit(bits, first + row))]);
        }
        *cursor += LENGTH_BYTES as u32 + 1;
    }
    false
}

/// Adds the bytes between a column's offsets, and `prefix` bytes for each value, to the rows;
/// returns how many in all.
#[inline(never)]
pub(super) fn size_bytes<const NULLS: bool>(prefix: u32, offsets: &[u8], valid: Valid<'_>, cursors: &mut [u32]) -> u32 {
    let mut before = 0u32;
    let mut start = offset(offsets);
    for (row, (end, cursor)) in offsets[4..].as_chunks::<4>().0.iter().zip(cursors).enumerate() {
        let end = offset(end);
        *cursor = cursor.wrapping_add(before);
        let bytes = (end - start).wrapping_add(prefix);
        before = before.wrapping_add(if NULLS { bytes & valid.mask(row) } else { bytes });
        start = end;
    }
    before
}

/// Writes text or bytes as they are, behind jsonb's version where `prefix` is 1 instead of 0.
///
/// # Safety
/// See the module. The offsets must never fall and lie within `values`.
#[inline(never)]
pub(super) unsafe fn put_bytes<const NULLS: bool>(
    prefix: u32,
    offsets: &[u8],
    values: &[u8],
    valid: Valid<'_>,
    cursors: &mut [u32],
    out: *mut u8,
) -> bool {
    let mut start = offset(offsets);
    for (row, (end, cursor)) in offsets[4..].as_chunks::<4>().0.iter().zip(cursors).enumerate() {
        let end = offset(end);
        let (from, length) = (start as usize, (end - start) as usize);
        start = end;
        if NULLS && !valid.has(row) {
            // SAFETY: the caller's promise.
            unsafe { store(out, *cursor, NULL.to_be_bytes()) };
            *cursor += LENGTH_BYTES as u32;
            continue;
        }
        let field = prefix + length as u32;
        // SAFETY: the caller's promise. Without a prefix the version lands on the length's last
        // byte, before the length does.
        unsafe {
            store(out, *cursor + LENGTH_BYTES as u32 - 1 + prefix, [JSONB_VERSION]);
            store(out, *cursor, field.to_be_bytes());
            let to = out.add((*cursor + LENGTH_BYTES as u32 + prefix) as usize);
            copy_value(values.get_unchecked(from..from + length), std::slice::from_raw_parts_mut(to, length));
        }
        *cursor += LENGTH_BYTES as u32 + field;
    }
    false
}

/// As [`size_bytes`], for whole fields that end at `ends` of what was made.
#[inline(never)]
pub(super) fn size_made(ends: &[u32], cursors: &mut [u32]) -> u32 {
    let mut before = 0;
    for (end, cursor) in ends.iter().zip(cursors) {
        *cursor = cursor.wrapping_add(before);
        before = *end;
    }
    before
}

/// Copies whole fields, each from the end of the one before it.
///
/// # Safety
/// See the module. The ends must never fall and lie within `fields`.
#[inline(never)]
pub(super) unsafe fn put_made(ends: &[u32], fields: &[u8], cursors: &mut [u32], out: *mut u8) {
    let mut start = 0;
    for (end, cursor) in ends.iter().zip(cursors) {
        let length = *end - start;
        // SAFETY: the caller's promise.
        unsafe {
            let to = std::slice::from_raw_parts_mut(out.add(*cursor as usize), length as usize);
            copy_value(fields.get_unchecked(start as usize..*end as usize), to);
        }
        *cursor += length;
        start = *end;
    }
}

/// The header of a binary numeric: groups, weight, sign and scale, two bytes each.
const NUMERIC_HEADER_BYTES: u32 = 8;

/// A number of units that [`put_numbers`] takes where it fits 64 bits.
pub(super) trait Units {
    const BYTES: usize;

    /// The number, and a word that is not zero if that is only its lower half.
    fn read(bytes: &[u8]) -> (i64, i64);
}

impl Units for i16 {
    const BYTES: usize = 2;

    #[inline(always)]
    fn read(bytes: &[u8]) -> (i64, i64) {
        (i64::from(i16::from_le_bytes([bytes[0], bytes[1]])), 0)
    }
}

impl Units for i32 {
    const BYTES: usize = 4;

    #[inline(always)]
    fn read(bytes: &[u8]) -> (i64, i64) {
        (i64::from(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])), 0)
    }
}

impl Units for i64 {
    const BYTES: usize = 8;

    #[inline(always)]
    fn read(bytes: &[u8]) -> (i64, i64) {
        (word(bytes), 0)
    }
}

impl Units for i128 {
    const BYTES: usize = 16;

    #[inline(always)]
    fn read(bytes: &[u8]) -> (i64, i64) {
        let low = word(bytes);
        (low, word(&bytes[8..]) ^ (low >> 63))
    }
}

#[inline(always)]
fn word(bytes: &[u8]) -> i64 {
    i64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]])
}

/// How a column's units become groups of four digits, see [`super::numeric`].
#[derive(Clone, Copy)]
pub(super) struct Scaling {
    scale: u16,
    /// Fills the last group behind the point.
    multiplier: u64,
    /// What is larger overflows when multiplied.
    largest: u64,
    groups_behind_point: i32,
}

impl Scaling {
    pub(super) fn of(scale: u8) -> Scaling {
        let multiplier = 10u64.pow((4 - u32::from(scale) % 4) % 4);
        Scaling {
            scale: u16::from(scale),
            multiplier,
            largest: u64::MAX / multiplier,
            groups_behind_point: i32::from(scale.div_ceil(4)),
        }
    }
}

#[inline(always)]
fn magnitude(units: i64) -> u64 {
    let sign = units >> 63;
    (units ^ sign).wrapping_sub(sign) as u64
}

/// Groups of four digits without leading zeros.
#[inline(always)]
fn groups(number: u64) -> u32 {
    u32::from(number >= 1)
        + u32::from(number >= 10_000)
        + u32::from(number >= 100_000_000)
        + u32::from(number >= 1_000_000_000_000)
        + u32::from(number >= 10_000_000_000_000_000)
}

/// As [`size_bytes`], for binary numerics.
#[inline(never)]
pub(super) fn size_numbers<N: Units, const NULLS: bool>(
    values: &[u8],
    scaling: Scaling,
    valid: Valid<'_>,
    cursors: &mut [u32],
) -> u32 {
    let mut before = 0u32;
    for (row, (value, cursor)) in values.chunks_exact(N::BYTES).zip(cursors).enumerate() {
        *cursor = cursor.wrapping_add(before);
        let number = magnitude(N::read(value).0).wrapping_mul(scaling.multiplier);
        let bytes = NUMERIC_HEADER_BYTES + 2 * groups(number);
        before = before.wrapping_add(if NULLS { bytes & valid.mask(row) } else { bytes });
    }
    before
}

/// Writes units as binary numerics. Returns whether one is too large for this: then what was
/// written is worthless.
///
/// # Safety
/// See the module.
#[inline(never)]
pub(super) unsafe fn put_numbers<N: Units, const NULLS: bool>(
    values: &[u8],
    scaling: Scaling,
    valid: Valid<'_>,
    cursors: &mut [u32],
    out: *mut u8,
) -> bool {
    /// Two groups.
    const PAIR: u64 = 100_000_000;
    const GROUP: u64 = 10_000;
    let mut too_large = false;
    for (row, (value, cursor)) in values.chunks_exact(N::BYTES).zip(cursors).enumerate() {
        if NULLS && !valid.has(row) {
            // SAFETY: the caller's promise.
            unsafe { store(out, *cursor, NULL.to_be_bytes()) };
            *cursor += LENGTH_BYTES as u32;
            continue;
        }
        let (units, beyond) = N::read(value);
        let magnitude = magnitude(units);
        too_large |= (beyond != 0) | (magnitude > scaling.largest);
        let number = magnitude.wrapping_mul(scaling.multiplier);
        let count = groups(number);
        let (upper, low) = (number / PAIR, number % PAIR);
        let (top, middle) = (upper / PAIR, upper % PAIR);
        let digits = (middle / GROUP) << 48 | (middle % GROUP) << 32 | (low / GROUP) << 16 | low % GROUP;
        let length = NUMERIC_HEADER_BYTES + 2 * count;
        let weight = (count as i32 - 1 - scaling.groups_behind_point) as u16;
        let header = u64::from(length) << 32 | u64::from(count) << 16 | u64::from(weight);
        let sign = if units < 0 { super::numeric::NEGATIVE } else { 0 };
        let end = *cursor + LENGTH_BYTES as u32 + length;
        // SAFETY: the caller's promise. All five groups are written, from the end of the field;
        // those that it does not have lie where its header then comes.
        unsafe {
            store(out, end - 8, digits.to_be_bytes());
            store(out, end - 10, (top as u16).to_be_bytes());
            store(out, *cursor, header.to_be_bytes());
            store(out, *cursor + 8, (u32::from(sign) << 16 | u32::from(scaling.scale)).to_be_bytes());
        }
        *cursor = end;
    }
    too_large
}
