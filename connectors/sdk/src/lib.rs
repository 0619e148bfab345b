//! Write connectors for Rapidbyte.
//!
//! A connector is a WebAssembly module that the host runs in a sandbox: it has no files, no
//! environment and no network of its own, and asks the host for everything. It is a [`Source`], a
//! [`Destination`] or a [`Transform`], and what flows between them are batches of rows in Apache
//! Arrow's IPC stream format, which [`arrow`] writes and reads.
//!
//! # A complete source
//!
//! ```
//! use rapidbyte_sdk::arrow::{Batch, DataType, Field, Schema};
//! use rapidbyte_sdk::types::{Column, DiscoveredStream, StreamSchema, SyncMode};
//! use rapidbyte_sdk::{ConnectorError, Emitter, Result, Source, StreamContext, TcpStream};
//! use serde::Deserialize;
//! use std::io::{BufRead, BufReader};
//!
//! /// Reads lines from a TCP server, one row each.
//! pub struct Lines {
//!     config: Config,
//! }
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)] // a misspelt key is an error that names it
//! pub struct Config {
//!     host: String,
//!     port: u16,
//! }
//!
//! impl Source for Lines {
//!     type Config = Config;
//!
//!     fn open(config: Config) -> Result<Self> {
//!         if config.host.is_empty() {
//!             return Err(ConnectorError::config("lines.no-host", "config key `host` is empty; name a server"));
//!         }
//!         Ok(Self { config })
//!     }
//!
//!     fn discover(&mut self) -> Result<Vec<DiscoveredStream>> {
//!         let line = Column {
//!             name: "line".to_owned(),
//!             native_type: "text".to_owned(),
//!             arrow_type: DataType::Utf8.to_string(),
//!             nullable: false,
//!         };
//!         Ok(vec![DiscoveredStream {
//!             name: "lines".to_owned(),
//!             schema: StreamSchema { columns: vec![line], primary_key: vec![] },
//!             estimated_rows: None,
//!             estimated_bytes: None,
//!             sync_modes: vec![SyncMode::FullRefresh],
//!         }])
//!     }
//!
//!     fn read(&mut self, ctx: &StreamContext, out: &mut Emitter) -> Result<()> {
//!         let server = TcpStream::connect(&self.config.host, self.config.port)?; // closed when dropped
//!         let schema = Schema::new(vec![Field::new("line", DataType::Utf8, false).with_native_type("text")]);
//!         let mut batch = Batch::new(schema, ctx.limits.max_batch_bytes);
//!         let mut ipc = Vec::new();
//!         for line in BufReader::new(server).lines() {
//!             let line = line?; // the host's own error comes out whole
//!             if !batch.has_room(line.len()) {
//!                 batch.write_ipc(&mut ipc)?;
//!                 out.batch(&ipc, batch.rows() as u64)?; // blocks while downstream is busy
//!                 batch.clear();
//!             }
//!             batch.columns_mut()[0].push_bytes(line.as_bytes());
//!             batch.end_row();
//!         }
//!         rapidbyte_sdk::info!("{}: the server has closed", ctx.name);
//!         batch.write_ipc(&mut ipc)?; // without rows as well: the schema must arrive
//!         out.batch(&ipc, batch.rows() as u64)
//!     }
//! }
//!
//! rapidbyte_sdk::source!(Lines);
//! # fn main() {}
//! ```
//!
//! Its `Cargo.toml` says `crate-type = ["cdylib", "rlib"]`: the first makes the module, the second
//! lets native tests link it. Beside the module lies a manifest, which grants it the network.
//!
//! # Rules
//!
//! * **Errors are values.** Return a [`ConnectorError`] that says what was being done, to what, and
//!   what to do next; its category decides who is told and whether the run is tried again. A panic
//!   is logged with its place and ends the instance.
//! * **The end is only `None`.** [`Inbox::next`] fails when the upstream failed; a destination then
//!   rolls back.
//! * **Durable first.** A destination commits, then confirms the barrier; a source learns from
//!   that, through the host, from where to go on.
//! * **Block freely.** A connector has a thread of its own; reads, writes and emits block in the
//!   host, which also stops a connector that is cancelled. Long loops without host calls look at
//!   [`host::is_cancelled`].
//! * **Few allocations in hot loops.** Fill a [`arrow::Batch`], write it into a buffer that is kept,
//!   emit the slice. What the host hands over is owned and freed like any `Vec`.
//!
//! # Testing
//!
//! Everything compiles natively as well. There the host is [`testing`]: it keeps what was emitted,
//! hands out what a test put in, and its sockets are the operating system's, so a connector can be
//! tested against a real server without a sandbox.

#[macro_use]
pub mod abi;
pub mod arrow;
pub mod config;
mod connector;
mod error;
#[doc(hidden)]
pub mod export;
pub mod host;
mod log;
#[cfg(target_arch = "wasm32")]
mod memory;
pub mod names;
mod tcp;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod types;

pub use connector::{Destination, Emitter, Inbox, Source, Transform};
pub use error::Result;
pub use names::StreamName;
pub use tcp::{TcpStream, READ_BYTES};
pub use types::{ConnectorError, Finding, Inbound, StreamContext};
