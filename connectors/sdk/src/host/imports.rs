//! The imports of a guest: arguments flattened by hand, results loaded by their types.
//!
//! Arguments are borrowed for the call, results are owned by the guest. A function takes at most 16
//! core values; none of the contract's takes more.

use crate::abi::{mem, take, Abi, Addr};
use crate::types::{
    CheckpointKind, ConnectorError, CursorValue, Inbound, LogLevel, MetricValue, RejectedRecord, StateScope, TlsOptions,
};
use crate::Result;

mod raw {
    #[link(wasm_import_module = "rapidbyte:connector/host@2.0.0")]
    extern "C" {
        #[link_name = "emit-batch"]
        pub fn emit_batch(ipc: *const u8, len: usize, result: u32);
        #[link_name = "accept-form"]
        pub fn accept_form(form: *const u8, len: usize, result: u32);
        #[link_name = "is-form-accepted"]
        pub fn is_form_accepted(form: *const u8, len: usize, result: u32);
        #[link_name = "next-batch"]
        pub fn next_batch(result: u32);
        #[link_name = "checkpoint"]
        pub fn checkpoint(kind: u32, id: u64, payload: *const u8, len: usize, result: u32);
        #[link_name = "metric"]
        pub fn metric(name: *const u8, len: usize, kind: u32, value: u64);
        #[link_name = "log"]
        pub fn log(level: u32, message: *const u8, len: usize);
        #[link_name = "emit-dlq-record"]
        pub fn emit_dlq_record(
            stream: *const u8,
            stream_len: usize,
            row: *const u8,
            row_len: usize,
            category: u32,
            code: *const u8,
            code_len: usize,
            message: *const u8,
            message_len: usize,
            result: u32,
        );
        #[link_name = "state-get"]
        pub fn state_get(scope: u32, key: *const u8, key_len: usize, result: u32);
        #[link_name = "state-put"]
        pub fn state_put(scope: u32, key: *const u8, key_len: usize, value: *const u8, value_len: usize, result: u32);
        #[link_name = "state-cas"]
        pub fn state_cas(
            scope: u32,
            key: *const u8,
            key_len: usize,
            has_expected: u32,
            expected: *const u8,
            expected_len: usize,
            value: *const u8,
            value_len: usize,
            result: u32,
        );
        #[link_name = "connect-tcp"]
        pub fn connect_tcp(hostname: *const u8, len: usize, port: u32, result: u32);
        #[link_name = "socket-read"]
        pub fn socket_read(socket: u64, max: u32, result: u32);
        #[link_name = "socket-write"]
        pub fn socket_write(socket: u64, bytes: *const u8, len: usize, result: u32);
        #[link_name = "socket-start-tls"]
        pub fn socket_start_tls(
            socket: u64,
            server: *const u8,
            server_len: usize,
            verify: u32,
            has_ca: u32,
            ca: *const u8,
            ca_len: usize,
            has_certificate: u32,
            certificate: *const u8,
            certificate_len: usize,
            has_key: u32,
            key: *const u8,
            key_len: usize,
            result: u32,
        );
        #[link_name = "socket-close"]
        pub fn socket_close(socket: u64);
        #[link_name = "schema-changed"]
        pub fn schema_changed(change: *const u8, len: usize, result: u32);
        #[link_name = "pause"]
        pub fn pause(milliseconds: u64, result: u32);
        #[link_name = "durable-cursors"]
        pub fn durable_cursors(result: u32);
        #[link_name = "is-cancelled"]
        pub fn is_cancelled() -> u32;
    }
}

/// Lends the host room for a result and takes what it left there.
fn returned<T: Abi>(call: impl FnOnce(Addr)) -> Result<T> {
    let area = mem::alloc(<Result<T, ConnectorError>>::SIZE, <Result<T, ConnectorError>>::ALIGN);
    call(area);
    // SAFETY: the host has stored a result there; the area was allocated for it.
    unsafe { take(area) }
}

/// The three core values of an optional list.
fn optional(bytes: Option<&[u8]>) -> (u32, *const u8, usize) {
    bytes.map_or((0, std::ptr::null(), 0), |bytes| (1, bytes.as_ptr(), bytes.len()))
}

pub fn emit_batch(ipc: &[u8]) -> Result<()> {
    // SAFETY: the arguments live through the call; `returned` lends the result area.
    returned(|result| unsafe { raw::emit_batch(ipc.as_ptr(), ipc.len(), result) })
}

pub fn accept_form(form: &str) -> Result<()> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::accept_form(form.as_ptr(), form.len(), result) })
}

pub fn is_form_accepted(form: &str) -> Result<bool> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::is_form_accepted(form.as_ptr(), form.len(), result) })
}

pub fn next_batch() -> Result<Option<Inbound>> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::next_batch(result) })
}

pub fn checkpoint(kind: CheckpointKind, payload: &str) -> Result<u64> {
    let (kind, id) = match kind {
        CheckpointKind::Barrier(()) => (0, 0),
        CheckpointKind::Prepare(id) => (1, id),
        CheckpointKind::Committed(id) => (2, id),
    };
    // SAFETY: as above.
    returned(|result| unsafe { raw::checkpoint(kind, id, payload.as_ptr(), payload.len(), result) })
}

pub fn metric(name: &str, value: MetricValue) {
    let (kind, bits) = match value {
        MetricValue::Counter(sum) => (0, sum),
        MetricValue::Gauge(value) => (1, value.to_bits()),
        MetricValue::Histogram(value) => (2, value.to_bits()),
    };
    // SAFETY: as above.
    unsafe { raw::metric(name.as_ptr(), name.len(), kind, bits) }
}

pub fn log(level: LogLevel, message: &str) {
    // SAFETY: as above.
    unsafe { raw::log(level as u32, message.as_ptr(), message.len()) }
}

pub fn reject(rejected: RejectedRecord) -> Result<()> {
    let RejectedRecord { stream_name, row, category, code, message } = &rejected;
    // SAFETY: as above.
    returned(|result| unsafe {
        raw::emit_dlq_record(
            stream_name.as_ptr(),
            stream_name.len(),
            row.as_ptr(),
            row.len(),
            *category as u32,
            code.as_ptr(),
            code.len(),
            message.as_ptr(),
            message.len(),
            result,
        )
    })
}

pub fn state_get(scope: StateScope, key: &str) -> Result<Option<Vec<u8>>> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::state_get(scope as u32, key.as_ptr(), key.len(), result) })
}

pub fn state_put(scope: StateScope, key: &str, value: &[u8]) -> Result<()> {
    // SAFETY: as above.
    returned(|result| unsafe {
        raw::state_put(scope as u32, key.as_ptr(), key.len(), value.as_ptr(), value.len(), result)
    })
}

pub fn state_cas(scope: StateScope, key: &str, expected: Option<&[u8]>, value: &[u8]) -> Result<bool> {
    let (has, bytes, len) = optional(expected);
    // SAFETY: as above.
    returned(|result| unsafe {
        raw::state_cas(scope as u32, key.as_ptr(), key.len(), has, bytes, len, value.as_ptr(), value.len(), result)
    })
}

pub fn connect_tcp(hostname: &str, port: u16) -> Result<u64> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::connect_tcp(hostname.as_ptr(), hostname.len(), port.into(), result) })
}

pub fn socket_read(socket: u64, max: u32) -> Result<Vec<u8>> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::socket_read(socket, max, result) })
}

pub fn socket_write(socket: u64, bytes: &[u8]) -> Result<()> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::socket_write(socket, bytes.as_ptr(), bytes.len(), result) })
}

pub fn socket_start_tls(socket: u64, options: TlsOptions) -> Result<()> {
    let TlsOptions { server_name, verify, ca_pem, client_certificate_pem, client_key_pem } = &options;
    let (has_ca, ca, ca_len) = optional(ca_pem.as_deref().map(str::as_bytes));
    let (has_cert, cert, cert_len) = optional(client_certificate_pem.as_deref().map(str::as_bytes));
    let (has_key, key, key_len) = optional(client_key_pem.as_deref().map(str::as_bytes));
    // SAFETY: as above.
    returned(|result| unsafe {
        raw::socket_start_tls(
            socket,
            server_name.as_ptr(),
            server_name.len(),
            *verify as u32,
            has_ca,
            ca,
            ca_len,
            has_cert,
            cert,
            cert_len,
            has_key,
            key,
            key_len,
            result,
        )
    })
}

pub fn socket_close(socket: u64) {
    // SAFETY: as above.
    unsafe { raw::socket_close(socket) }
}

pub fn schema_changed(change: &str) -> Result<()> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::schema_changed(change.as_ptr(), change.len(), result) })
}

pub fn pause(milliseconds: u64) -> Result<bool> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::pause(milliseconds, result) })
}

pub fn durable_cursors() -> Result<Vec<CursorValue>> {
    // SAFETY: as above.
    returned(|result| unsafe { raw::durable_cursors(result) })
}

pub fn is_cancelled() -> bool {
    // SAFETY: no memory is involved.
    unsafe { raw::is_cancelled() != 0 }
}
