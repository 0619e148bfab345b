//! What the host offers, as typed functions. In a guest these are imports; natively they talk to
//! [`crate::testing`].

#[cfg(target_arch = "wasm32")]
mod imports;
#[cfg(target_arch = "wasm32")]
use imports as backend;

#[cfg(not(target_arch = "wasm32"))]
use crate::testing as backend;

use crate::types::{
    CheckpointKind, ConnectorError, CursorValue, Inbound, LogLevel, MetricValue, RejectedRecord, StateScope, TlsOptions,
};
use crate::Result;

/// Sends one Arrow IPC stream downstream. Blocks while no credit is free. The bytes have been
/// copied when this returns, so the buffer can be used again. Sources and transforms only.
pub fn emit_batch(ipc: &[u8]) -> Result<()> {
    backend::emit_batch(ipc)
}

/// Says that rows may come in this form as well, which the source has offered in its schema
/// ([`keys::FORMS`](crate::arrow::keys::FORMS)). Holds for the rest of the attempt; batches of both forms may come from
/// then on. Destinations only.
pub fn accept_form(form: &str) -> Result<()> {
    backend::accept_form(form)
}

/// Whether the next stage has accepted this form. Once a batch has been emitted, this blocks until the next stage asks
/// for more, by when it has made up its mind. Sources and transforms only.
pub fn is_form_accepted(form: &str) -> Result<bool> {
    backend::is_form_accepted(form)
}

/// The next thing to consume; blocks until there is one. `None` only after a clean end; an upstream
/// that failed is an error (I1). The bytes are the very memory that the host has filled.
/// Transforms and destinations only.
pub fn next_batch() -> Result<Option<Inbound>> {
    backend::next_batch()
}

/// Places or confirms a barrier and gives its id.
pub fn checkpoint(kind: CheckpointKind, payload: &str) -> Result<u64> {
    backend::checkpoint(kind, payload)
}

/// Never fails; surplus names and values are dropped by the host.
pub fn metric(name: &str, value: MetricValue) {
    backend::metric(name, value);
}

/// Says that something has just become durable, or is about to: `commit`, `swap` and the like. Costs
/// one host call. Tests stop the process at such points; dashboards can count them.
pub fn durable_step(name: &str) {
    metric(&format!("durable.{name}"), MetricValue::Counter(1));
}

/// Says what the time that goes to sockets is spent on from here on, such as [`phases::COPY`]. Costs one host
/// call: to be said where the work changes, not for every row.
pub fn phase(name: &str) {
    metric(&format!("phase.{name}"), MetricValue::Counter(1));
}

/// What the host's account of a stage's time knows; other names change nothing.
pub mod phases {
    /// Opening a session, the handshakes included.
    pub const CONNECT: &str = "connect";
    /// Short statements and their answers.
    pub const QUERY: &str = "query";
    /// Receiving rows.
    pub const FETCH: &str = "fetch";
    /// Sending rows.
    pub const COPY: &str = "copy";
    /// Waiting until the peer has taken what was sent.
    pub const FLUSH: &str = "flush";
    /// Moving staged rows to where they belong.
    pub const MERGE: &str = "merge";
    /// Building indexes and keys.
    pub const INDEX: &str = "index";
    /// Making rows durable.
    pub const COMMIT: &str = "commit";
}

/// Says how many rows of the stream the source expects to have read when it is done, those before its position
/// included. For percentages and nothing else.
pub fn estimated_rows(rows: u64) {
    metric("estimated_rows", MetricValue::Gauge(rows as f64));
}

/// Never fails; long lines are cut and floods are thinned by the host. See [`crate::info!`] and its siblings.
pub fn log(level: LogLevel, message: &str) {
    backend::log(level, message);
}

/// Hands over a row that was rejected, without loss (I20).
pub fn reject(rejected: RejectedRecord) -> Result<()> {
    backend::reject(rejected)
}

/// Says that what rows are written to has been altered for good, by this statement. Destinations only.
pub fn schema_changed(change: &str) -> Result<()> {
    backend::schema_changed(change)
}

/// The stored value, if there is one. Keys are at most 1024 bytes.
pub fn state_get(scope: StateScope, key: &str) -> Result<Option<Vec<u8>>> {
    backend::state_get(scope, key)
}

/// Stores a value.
pub fn state_put(scope: StateScope, key: &str, value: &[u8]) -> Result<()> {
    backend::state_put(scope, key, value)
}

/// Stores `value` if the stored one equals `expected` (`None`: if there is none); tells whether it did.
pub fn state_cas(scope: StateScope, key: &str, expected: Option<&[u8]>, value: &[u8]) -> Result<bool> {
    backend::state_cas(scope, key, expected, value)
}

/// Waits so many milliseconds, or less if the read is to end, and tells whether it is to. Sources only.
pub fn pause(milliseconds: u64) -> Result<bool> {
    backend::pause(milliseconds)
}

/// The last values of the pipeline's streams of changes that are committed by now; none as long as one of them has no
/// value yet. What lies before the least of them nobody needs any more. Sources only.
pub fn durable_cursors() -> Result<Vec<CursorValue>> {
    backend::durable_cursors()
}

/// Whether the run was cancelled. For long loops without any other host call.
pub fn is_cancelled() -> bool {
    backend::is_cancelled()
}

/// Fails with a `cancelled` error once the run is cancelled.
pub fn fail_if_cancelled() -> Result<()> {
    if is_cancelled() {
        return Err(ConnectorError::cancelled("run.cancelled", "the run was cancelled"));
    }
    Ok(())
}

/// Sockets by number; [`crate::TcpStream`] is the friendly form.
pub mod socket {
    use super::{backend, Result, TlsOptions};

    /// Opens a TCP connection that the manifest and the pipeline allow.
    pub fn connect(hostname: &str, port: u16) -> Result<u64> {
        backend::connect_tcp(hostname, port)
    }

    /// Blocks until there is something to read; at most `max` bytes; empty at the end of the stream.
    /// The bytes are the very memory that the host has filled.
    pub fn read(socket: u64, max: u32) -> Result<Vec<u8>> {
        backend::socket_read(socket, max)
    }

    /// Blocks until all is written.
    pub fn write(socket: u64, bytes: &[u8]) -> Result<()> {
        backend::socket_write(socket, bytes)
    }

    /// From here on the host encrypts what passes through the socket.
    pub fn start_tls(socket: u64, options: TlsOptions) -> Result<()> {
        backend::socket_start_tls(socket, options)
    }

    /// Closing twice, or closing an unknown socket, does nothing.
    pub fn close(socket: u64) {
        backend::socket_close(socket);
    }
}
