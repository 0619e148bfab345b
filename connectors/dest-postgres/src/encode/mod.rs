//! From Arrow values to what PostgreSQL reads.

mod binary;
mod loops;
mod numeric;
mod rows;
#[cfg(test)]
mod tests;
mod text;

pub use binary::Binary;
pub use rows::{Bad, Encoder};
pub use text::{escape_copy_text, put_text};

/// A value that has no form at the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadValue(pub &'static str);

type Encoded = Result<(), BadValue>;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL's dates and timestamps start.
const EPOCH_DAYS: i32 = 10_957;
/// The same in microseconds.
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;
