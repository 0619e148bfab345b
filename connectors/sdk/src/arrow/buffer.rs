//! The only `unsafe` code of the SDK's Arrow module: appending to and reading from byte buffers
//! without the length bookkeeping that a slice copy drags into a hot loop.
//!
//! Each function either proves its access right before it makes it, or says in its safety note
//! what its caller has proved; all callers live in this module's sibling files.

#[cfg(not(target_endian = "little"))]
compile_error!("Arrow buffers are little-endian and are copied as they lie in memory");

/// Growable bytes. Only the capacity check stands between a value and its place.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
}

impl Buffer {
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// Empties the buffer and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Drops what stands behind the first `len` bytes.
    pub(super) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// Memory held, in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Appends `N` bytes.
    #[inline(always)]
    pub(super) fn put<const N: usize>(&mut self, value: [u8; N]) {
        let len = self.bytes.len();
        if self.bytes.capacity() - len < N {
            self.grow(N);
        }
        // SAFETY: the capacity holds N more bytes: it did before, or `grow` made it so. An array
        // of bytes has no alignment.
        unsafe {
            self.bytes.as_mut_ptr().add(len).cast::<[u8; N]>().write(value);
            self.bytes.set_len(len + N);
        }
    }

    /// Appends a slice.
    #[inline(always)]
    pub(super) fn put_slice(&mut self, value: &[u8]) {
        let len = self.bytes.len();
        if self.bytes.capacity() - len < value.len() {
            self.grow(value.len());
        }
        // SAFETY: the capacity holds the slice, as above; `value` cannot overlap memory that
        // `self` borrows mutably.
        unsafe {
            copy_unchecked(value.as_ptr(), self.bytes.as_mut_ptr().add(len), value.len());
            self.bytes.set_len(len + value.len());
        }
    }

    /// Appends `count` times the byte `value`.
    pub(super) fn put_repeated(&mut self, value: u8, count: usize) {
        self.bytes.resize(self.bytes.len() + count, value);
    }

    /// Appends `count` zeros and gives them.
    pub(super) fn extend_zeroed(&mut self, count: usize) -> &mut [u8] {
        let len = self.bytes.len();
        self.bytes.resize(len + count, 0);
        &mut self.bytes[len..]
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut u8> {
        self.bytes.last_mut()
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        self.bytes.reserve(more);
    }
}

/// Copies a value of any length, which is mostly short, between slices of one length.
///
/// In loops over values this is twice as fast as `copy_from_slice`. That becomes the instruction `memory.copy`, which the host carries
/// out in a call out of its compiled code, whatever the length: a third of what a copy of short texts costs. Up to 64 bytes are loaded
/// and stored here, in words that overlap, without a loop (which the Rust compiler would turn into `memory.copy` again).
///
/// # Panics
/// Where the lengths differ.
#[inline(always)]
pub fn copy_value(from: &[u8], to: &mut [u8]) {
    assert!(from.len() == to.len());
    // SAFETY: both are as long as is copied, and a mutable slice overlaps no other.
    unsafe { copy_unchecked(from.as_ptr(), to.as_mut_ptr(), from.len()) }
}

/// # Safety
/// Both places must hold `length` bytes, and must not overlap.
#[inline(always)]
unsafe fn copy_unchecked(from: *const u8, to: *mut u8, length: usize) {
    // SAFETY: each call below is for a place whose end is within `length`, as the branch around it proves.
    unsafe {
        if length > 64 {
            return std::ptr::copy_nonoverlapping(from, to, length);
        }
        if length >= 8 {
            copy_word::<u64>(from, to, 0);
            copy_word::<u64>(from, to, length - 8);
            if length > 16 {
                copy_word::<u64>(from, to, 8);
                copy_word::<u64>(from, to, length - 16);
            }
            if length > 32 {
                copy_word::<u64>(from, to, 16);
                copy_word::<u64>(from, to, 24);
                copy_word::<u64>(from, to, length - 32);
                copy_word::<u64>(from, to, length - 24);
            }
        } else if length >= 4 {
            copy_word::<u32>(from, to, 0);
            copy_word::<u32>(from, to, length - 4);
        } else if length > 0 {
            copy_word::<u8>(from, to, 0);
            copy_word::<u8>(from, to, length / 2);
            copy_word::<u8>(from, to, length - 1);
        }
    }
}

/// # Safety
/// Both places must hold a `T` at `at`.
#[inline(always)]
unsafe fn copy_word<T>(from: *const u8, to: *mut u8, at: usize) {
    // SAFETY: the caller's promise; nothing is said of alignment.
    unsafe { to.add(at).cast::<T>().write_unaligned(from.add(at).cast::<T>().read_unaligned()) }
}

/// Reads the `index`-th value of `N` bytes.
///
/// # Safety
/// `values` must hold at least `(index + 1) * N` bytes.
#[inline(always)]
pub(super) unsafe fn read<const N: usize>(values: &[u8], index: usize) -> [u8; N] {
    debug_assert!((index + 1) * N <= values.len());
    // SAFETY: in bounds by the caller's promise; an array of bytes has no alignment.
    unsafe { values.as_ptr().add(index * N).cast::<[u8; N]>().read() }
}

/// Whether bit `index` is set, least significant bit first.
///
/// # Safety
/// `bits` must hold at least `index / 8 + 1` bytes.
#[inline(always)]
pub(super) unsafe fn read_bit(bits: &[u8], index: usize) -> bool {
    debug_assert!(index / 8 < bits.len());
    // SAFETY: in bounds by the caller's promise.
    unsafe { (*bits.as_ptr().add(index >> 3) >> (index & 7)) & 1 == 1 }
}

/// The bytes from `start` to `end`.
///
/// # Safety
/// `start <= end <= data.len()`.
#[inline(always)]
pub(super) unsafe fn slice(data: &[u8], start: usize, end: usize) -> &[u8] {
    debug_assert!(start <= end && end <= data.len());
    // SAFETY: in bounds by the caller's promise.
    unsafe { data.get_unchecked(start..end) }
}
