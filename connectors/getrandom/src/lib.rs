//! Random bytes for the crates of ours that ask `getrandom` for them: the nonces of SCRAM.
//!
//! Takes the place of the crate of that name by a `[patch]` in the workspace, with the part of its
//! interface that `rand_core` uses. In a guest the host is the source, natively the system.

use std::fmt;
use std::num::NonZeroU32;

/// Why there are no random bytes: the system's own error number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error(NonZeroU32);

impl Error {
    /// The system's own error number.
    pub fn code(self) -> NonZeroU32 {
        self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no random bytes to be had: error {}", self.0)
    }
}

impl std::error::Error for Error {}

/// Fills `target` with bytes that cannot be foretold.
#[cfg(target_os = "wasi")]
pub fn getrandom(target: &mut [u8]) -> Result<(), Error> {
    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    extern "C" {
        fn random_get(at: *mut u8, length: usize) -> u32;
    }
    // SAFETY: the slice is ours to be written, and the host stays within it.
    let errno = unsafe { random_get(target.as_mut_ptr(), target.len()) };
    NonZeroU32::new(errno).map_or(Ok(()), |errno| Err(Error(errno)))
}

/// Fills `target` with bytes that cannot be foretold.
#[cfg(not(target_os = "wasi"))]
pub fn getrandom(target: &mut [u8]) -> Result<(), Error> {
    use std::io::Read;
    let read = std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(target));
    read.map_err(|error| {
        let number = error.raw_os_error().and_then(|number| u32::try_from(number).ok());
        Error(number.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_differ_from_call_to_call() {
        let mut calls = [[0; 32]; 2];
        for call in &mut calls {
            super::getrandom(call).expect("random bytes");
        }
        assert_ne!(calls[0], calls[1]);
        assert_ne!(calls[0], [0; 32]);
    }
}
