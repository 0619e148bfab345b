//! `memcpy` and its kin as single instructions.
//!
//! The C library's are loops, and a loop in a guest is slow until the host has compiled it: growing a
//! buffer of some megabytes would take a tenth of a second. The host runs `memory.copy` and
//! `memory.fill` as native code from the start. These definitions take the library's place.

use core::ffi::c_int;

#[no_mangle]
unsafe extern "C" fn memcpy(target: *mut u8, source: *const u8, count: usize) -> *mut u8 {
    // SAFETY: the caller keeps to memcpy's contract. This is one instruction, not a call to memcpy.
    unsafe { core::ptr::copy_nonoverlapping(source, target, count) };
    target
}

#[no_mangle]
unsafe extern "C" fn memmove(target: *mut u8, source: *const u8, count: usize) -> *mut u8 {
    // SAFETY: as above.
    unsafe { core::ptr::copy(source, target, count) };
    target
}

#[no_mangle]
unsafe extern "C" fn memset(target: *mut u8, value: c_int, count: usize) -> *mut u8 {
    // SAFETY: as above.
    unsafe { core::ptr::write_bytes(target, value as u8, count) };
    target
}
