//! Real PostgreSQL servers for native tests: initialised in a fresh directory, listening on a free
//! port of 127.0.0.1, stopped and deleted when dropped. Never part of a guest.

mod server;
mod tcp;

pub use server::{Server, DATABASE, SUPERUSER};
pub use tcp::Tcp;
