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
            std::ptr::copy_nonoverlapping(value.as_ptr(), self.bytes.as_mut_ptr().add(len), value.len());
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
