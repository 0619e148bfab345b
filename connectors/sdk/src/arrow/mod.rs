//! Apache Arrow IPC streams: the form in which every batch crosses the contract.
//!
//! A batch on the wire is one complete IPC stream: a schema message, any number of record
//! batches and an end marker, little-endian, buffers aligned to 8 bytes, as the Arrow columnar
//! format (version 1.x, metadata V5) describes them. This module writes and reads the subset of
//! types that the contract names and nothing else; what it does not know it refuses by name.
//!
//! * [`Batch`] builds rows column by column and writes them with [`Batch::write_ipc`].
//! * [`Reader`] checks untrusted bytes once and then hands out views that cost nothing.
//! * [`write_columns`] writes views and built columns side by side, for transforms.
//!
//! Nothing here allocates per value, talks to the host or blocks.

mod batch;
mod buffer;
mod column;
mod copy;
mod error;
mod flatbuf;
mod message;
mod parse;
mod reader;
mod schema;
mod view;
mod write;

#[cfg(test)]
mod tests;

pub use batch::Batch;
pub use buffer::copy_value;
pub use column::Column;
pub use error::{ArrowError, Result};
pub use reader::{Reader, SchemaCache};
pub use schema::{keys, DataType, Field, Schema};
pub use view::{BatchView, ColumnView};
pub use write::{write_columns, RawColumn};
