//! Linear memory as the canonical ABI sees it: 32-bit addresses, allocation with an alignment.
//!
//! In a guest an address is a pointer. Natively it is an offset into an arena that belongs to the
//! thread, so that layouts and ownership can be tested on any machine: [`live`] tells what has not
//! been freed.

/// An address in linear memory.
pub type Addr = u32;

#[cfg(target_arch = "wasm32")]
pub use guest::*;
#[cfg(not(target_arch = "wasm32"))]
pub use native::*;

#[cfg(target_arch = "wasm32")]
mod guest {
    use super::Addr;
    use std::alloc::{alloc as std_alloc, dealloc, handle_alloc_error, realloc as std_realloc, Layout};

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).expect("the host asks for a valid layout")
    }

    /// Allocates `size` bytes; nothing for none.
    pub fn alloc(size: usize, align: usize) -> Addr {
        if size == 0 {
            return align as Addr;
        }
        let layout = layout(size, align);
        // SAFETY: the layout has a size.
        let at = unsafe { std_alloc(layout) };
        if at.is_null() {
            handle_alloc_error(layout);
        }
        at as Addr
    }

    /// # Safety
    /// `at` comes from [`alloc`] or [`realloc`] with this size and alignment and is not used again.
    pub unsafe fn free(at: Addr, size: usize, align: usize) {
        if size > 0 {
            // SAFETY: as the caller promises.
            unsafe { dealloc(at as *mut u8, layout(size, align)) }
        }
    }

    /// `cabi_realloc`.
    ///
    /// # Safety
    /// `at` comes from [`alloc`] with `old_size` and `align`, or `old_size` is 0.
    pub unsafe fn realloc(at: Addr, old_size: usize, align: usize, new_size: usize) -> Addr {
        if old_size == 0 {
            return alloc(new_size, align);
        }
        // SAFETY: as the caller promises.
        let moved = unsafe { std_realloc(at as *mut u8, layout(old_size, align), new_size) };
        if moved.is_null() {
            handle_alloc_error(layout(new_size, align));
        }
        moved as Addr
    }

    /// # Safety
    /// `at..at + N` is readable.
    pub unsafe fn read<const N: usize>(at: Addr) -> [u8; N] {
        // SAFETY: as the caller promises; arrays of bytes need no alignment.
        unsafe { *(at as *const [u8; N]) }
    }

    /// # Safety
    /// `at..at + bytes.len()` is writable.
    pub unsafe fn write(at: Addr, bytes: &[u8]) {
        // SAFETY: as the caller promises.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), at as *mut u8, bytes.len()) }
    }

    /// Takes ownership of memory that the host has filled, without a copy.
    ///
    /// # Safety
    /// The memory comes from [`alloc`] with this length and alignment 1 and belongs to the caller.
    pub unsafe fn take_bytes(at: Addr, len: usize) -> Vec<u8> {
        if len == 0 {
            return Vec::new();
        }
        // SAFETY: as the caller promises.
        unsafe { Vec::from_raw_parts(at as *mut u8, len, len) }
    }

    /// Hands a buffer over; [`take_bytes`] takes it back.
    pub fn give_bytes(bytes: Vec<u8>) -> Addr {
        Box::into_raw(bytes.into_boxed_slice()) as *mut u8 as Addr
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use super::Addr;
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Arena {
        bytes: Vec<u8>,
        live: BTreeMap<Addr, (usize, usize)>,
    }

    thread_local! {
        static ARENA: RefCell<Arena> = RefCell::default();
    }

    /// How many allocations of this thread have not been freed.
    pub fn live() -> usize {
        ARENA.with(|arena| arena.borrow().live.len())
    }

    /// Allocates `size` bytes; nothing for none.
    pub fn alloc(size: usize, align: usize) -> Addr {
        assert!(align.is_power_of_two());
        if size == 0 {
            return align as Addr;
        }
        ARENA.with(|arena| {
            let arena = &mut *arena.borrow_mut();
            if arena.live.is_empty() {
                arena.bytes.clear();
                arena.bytes.resize(16, 0xAA); // no address is small by accident
            }
            let at = super::super::align_to(arena.bytes.len(), align);
            arena.bytes.resize(at + size, 0xAA);
            arena.live.insert(at as Addr, (size, align));
            at as Addr
        })
    }

    /// # Safety
    /// Natively none is needed: a wrong free panics.
    pub unsafe fn free(at: Addr, size: usize, align: usize) {
        if size == 0 {
            return;
        }
        let known = ARENA.with(|arena| arena.borrow_mut().live.remove(&at));
        assert_eq!(known, Some((size, align)), "freed as it was allocated");
    }

    /// `cabi_realloc`.
    ///
    /// # Safety
    /// Natively none is needed: a wrong size panics.
    pub unsafe fn realloc(at: Addr, old_size: usize, align: usize, new_size: usize) -> Addr {
        let moved = alloc(new_size, align);
        ARENA.with(|arena| {
            let bytes = &mut arena.borrow_mut().bytes;
            let kept = old_size.min(new_size);
            bytes.copy_within(at as usize..at as usize + kept, moved as usize);
        });
        // SAFETY: checked by `free`.
        unsafe { free(at, old_size, align) };
        moved
    }

    /// # Safety
    /// Natively none is needed: a wild address panics.
    pub unsafe fn read<const N: usize>(at: Addr) -> [u8; N] {
        ARENA.with(|arena| {
            let bytes = &arena.borrow().bytes;
            bytes[at as usize..at as usize + N].try_into().expect("N bytes")
        })
    }

    /// # Safety
    /// Natively none is needed: a wild address panics.
    pub unsafe fn write(at: Addr, bytes: &[u8]) {
        ARENA.with(|arena| {
            arena.borrow_mut().bytes[at as usize..at as usize + bytes.len()].copy_from_slice(bytes);
        });
    }

    /// Takes what was allocated with alignment 1 out of the arena.
    ///
    /// # Safety
    /// Natively none is needed: a wild address panics.
    pub unsafe fn take_bytes(at: Addr, len: usize) -> Vec<u8> {
        if len == 0 {
            return Vec::new();
        }
        let taken = ARENA.with(|arena| arena.borrow().bytes[at as usize..at as usize + len].to_vec());
        // SAFETY: checked by `free`.
        unsafe { free(at, len, 1) };
        taken
    }

    /// Puts a buffer into the arena; [`take_bytes`] takes it back.
    pub fn give_bytes(bytes: Vec<u8>) -> Addr {
        let at = alloc(bytes.len(), 1);
        if !bytes.is_empty() {
            // SAFETY: just allocated.
            unsafe { write(at, &bytes) };
        }
        at
    }
}
