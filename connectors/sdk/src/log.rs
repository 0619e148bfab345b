//! Log lines, formatted like `println!`.

/// Something failed.
#[macro_export]
macro_rules! error { ($($arg:tt)*) => { $crate::host::log($crate::types::LogLevel::Error, &format!($($arg)*)) }; }
/// Something deserves a look.
#[macro_export]
macro_rules! warn { ($($arg:tt)*) => { $crate::host::log($crate::types::LogLevel::Warn, &format!($($arg)*)) }; }
/// Something worth knowing happened.
#[macro_export]
macro_rules! info { ($($arg:tt)*) => { $crate::host::log($crate::types::LogLevel::Info, &format!($($arg)*)) }; }
/// For whoever looks for a fault.
#[macro_export]
macro_rules! debug { ($($arg:tt)*) => { $crate::host::log($crate::types::LogLevel::Debug, &format!($($arg)*)) }; }
