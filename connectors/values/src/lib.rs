//! What transforms share: values as text, from text, and compared; rows picked, sent on and rejected.

pub mod key;
pub mod parse;
mod rows;
pub mod text;

pub use key::Key;
pub use rows::{picked, reject, send, OnBadRow};
