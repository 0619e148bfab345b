//! A small blocking PostgreSQL client over any byte stream.
//!
//! It speaks protocol 3.0 through a [`Transport`] that the caller opens: a host socket inside a
//! guest, a [`std::net::TcpStream`] natively. It offers just what a connector needs: text queries,
//! `COPY … TO STDOUT` as raw message frames parsed in place ([`CopyOut`]), `COPY … FROM STDIN` out
//! of the caller's own buffer ([`CopyIn`]), and errors that say who has to act ([`PgError`]).
//!
//! One thread, one request at a time. The server is not trusted: every length is checked against
//! what was received and against a cap before memory is taken for it.

mod calendar;
mod client;
mod command;
pub mod compare;
mod copy_in;
mod copy_out;
mod error;
mod host;
mod nearest;
mod options;
mod receive;
mod rows;
mod startup;
pub mod text;
mod transport;
pub mod tuples;
mod wire;

pub use client::{Client, TransactionStatus};
pub use copy_in::CopyIn;
pub use copy_out::{CopyOut, COPY_DATA, FRAME_HEADER_BYTES};
pub use error::{PgError, Result, ServerError};
pub use nearest::nearest;
pub use options::{default_port, ConnectOptions, SslMode, MAX_MESSAGE_BYTES};
pub use rows::{Row, Rows, MAX_RESULT_BYTES};
pub use transport::{TlsRequest, Transport, Verify};
