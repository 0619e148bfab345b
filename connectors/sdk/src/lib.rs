//! Write connectors for Rapidbyte.

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
