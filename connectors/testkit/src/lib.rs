//! Real PostgreSQL servers for native tests: initialised in a fresh directory, listening on a free
//! port of 127.0.0.1, stopped and deleted when dropped; and broken bytes for parsers. Never part of a guest.

mod fuzz;
mod script;
mod server;
mod tcp;

pub use fuzz::{feed, Random};
pub use script::{message, Script};
pub use server::{Server, DATABASE, SUPERUSER};
pub use tcp::Tcp;
