//! The component model's canonical ABI, as far as the contract uses it.
//!
//! [`Abi`] knows how a type lies in linear memory. Layouts are computed by `const fn`s from the
//! types themselves, so a record's offsets cannot drift from its fields. Ownership is simple:
//! [`Abi::store`] moves a value into memory, [`Abi::load`] moves it out again and frees what it
//! owned there. So `cabi_post_…` is a load whose result is dropped, and a guest frees what it
//! receives by loading it.
//!
//! Connector authors do not need this module; the export macros and [`crate::host`] do.

mod impls;
#[macro_use]
mod macros;
pub mod mem;
#[cfg(test)]
mod tests;

pub use mem::Addr;

/// A type that crosses the boundary between guest and host.
pub trait Abi: Sized {
    /// Bytes in memory, a multiple of [`Self::ALIGN`].
    const SIZE: usize;
    /// 1, 2, 4 or 8.
    const ALIGN: usize;
    /// How many core values it takes as a parameter.
    const FLAT: usize;

    /// Moves the value to `at`, together with memory for its strings and lists.
    ///
    /// # Safety
    /// `at` is aligned and has room for [`Self::SIZE`] bytes.
    unsafe fn store(self, at: Addr);

    /// Moves the value out of `at`; its strings and lists leave linear memory with it.
    ///
    /// # Safety
    /// A value of this type was stored at `at`, by either side, and is not loaded again.
    unsafe fn load(at: Addr) -> Self;

    /// Moves a list into memory and gives its address.
    fn store_list(items: Vec<Self>) -> Addr {
        let at = mem::alloc(items.len() * Self::SIZE, Self::ALIGN);
        for (index, item) in items.into_iter().enumerate() {
            // SAFETY: within what was just allocated.
            unsafe { item.store(at + (index * Self::SIZE) as Addr) };
        }
        at
    }

    /// Moves a list out of memory and frees its place.
    ///
    /// # Safety
    /// A list of `len` items lies at `at` and belongs to the caller.
    unsafe fn load_list(at: Addr, len: usize) -> Vec<Self> {
        // SAFETY: as the caller promises.
        let items = (0..len).map(|index| unsafe { Self::load(at + (index * Self::SIZE) as Addr) }).collect();
        // SAFETY: the items own what they need by now.
        unsafe { mem::free(at, len * Self::SIZE, Self::ALIGN) };
        items
    }
}

/// Moves a value into fresh memory; [`take`] or a `cabi_post_…` function takes it out.
pub fn give<T: Abi>(value: T) -> Addr {
    let at = mem::alloc(T::SIZE, T::ALIGN);
    // SAFETY: just allocated for a T.
    unsafe { value.store(at) };
    at
}

/// Moves a value out of memory and frees its place.
///
/// # Safety
/// A `T` lies at `at`, which was allocated for it and belongs to the caller.
pub unsafe fn take<T: Abi>(at: Addr) -> T {
    // SAFETY: as the caller promises.
    unsafe {
        let value = T::load(at);
        mem::free(at, T::SIZE, T::ALIGN);
        value
    }
}

/// The next multiple of `align`.
pub const fn align_to(offset: usize, align: usize) -> usize {
    (offset + align - 1) & !(align - 1)
}

/// The greatest of some sizes, alignments or counts.
pub const fn max(values: &[usize]) -> usize {
    let mut greatest = 0;
    let mut index = 0;
    while index < values.len() {
        if values[index] > greatest {
            greatest = values[index];
        }
        index += 1;
    }
    greatest
}

/// Bytes of a record whose fields have these sizes and alignments.
pub const fn record_size(fields: &[(usize, usize)]) -> usize {
    let mut end = 0;
    let mut widest = 1;
    let mut index = 0;
    while index < fields.len() {
        let (size, align) = fields[index];
        end = align_to(end, align) + size;
        if align > widest {
            widest = align;
        }
        index += 1;
    }
    align_to(end, widest)
}

/// Bytes of the number that tells a variant's cases apart.
pub const fn discriminant_size(cases: usize) -> usize {
    if cases <= 1 << 8 {
        1
    } else if cases <= 1 << 16 {
        2
    } else {
        4
    }
}

/// Where a variant's payload begins.
pub const fn payload_offset(cases: usize, payload_align: usize) -> usize {
    align_to(discriminant_size(cases), payload_align)
}

/// Bytes of a variant whose payloads have at most this size and alignment.
pub const fn variant_size(cases: usize, payload_size: usize, payload_align: usize) -> usize {
    let align = max(&[discriminant_size(cases), payload_align]);
    align_to(payload_offset(cases, payload_align) + payload_size, align)
}
