//! A host for native tests: batches, logs and state in memory, sockets of the operating system.
//! One per thread. TLS is not offered here.

use crate::types::{
    Barrier, CheckpointKind, ConnectorError, CursorValue, DataErrorPolicy, Inbound, LogLevel, MetricValue, NewColumnPolicy,
    NullabilityChangePolicy, RejectedRecord, RemovedColumnPolicy, RunIdentity, SchemaEvolution, StateScope,
    StreamContext, StreamLimits, StreamPolicies, SyncMode, TlsOptions, TypeChangePolicy, WriteMode,
};
use crate::Result;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant};

/// What the connector under test did, and what it will be given.
#[derive(Default)]
pub struct TestHost {
    /// What `next_batch` gives, in order; then the end.
    pub inbound: VecDeque<Result<Inbound>>,
    /// What was emitted: batches, and barriers where they were placed.
    pub emitted: Vec<Inbound>,
    /// Barriers prepared, in order.
    pub prepared: Vec<u64>,
    /// Barriers confirmed, in order: id and payload.
    pub committed: Vec<(u64, String)>,
    /// Metrics, in order.
    pub metrics: Vec<(String, MetricValue)>,
    /// Log lines, in order.
    pub logs: Vec<(LogLevel, String)>,
    /// Rejected rows, in order.
    pub rejected: Vec<RejectedRecord>,
    /// What was told of altered schemas, in order.
    pub schema_changes: Vec<String>,
    /// The forms that are accepted: by the connector under test, or by what stands behind it.
    pub accepted_forms: Vec<String>,
    /// Stored values by scope and key.
    pub state: BTreeMap<(&'static str, String), Vec<u8>>,
    /// What `is_cancelled` tells; blocking calls then fail.
    pub cancelled: bool,
    /// What happens elsewhere while `pause` waits, in order; behind the last one the read is to end.
    pub pauses: VecDeque<Box<dyn FnOnce()>>,
    /// What `durable_cursors` gives.
    pub durable_cursors: Vec<CursorValue>,
    /// The durable step, and the how-many-th arrival there, at which to panic, so that a test sees what a
    /// dead process leaves behind.
    pub dies_at: Option<(&'static str, usize)>,
    /// What happens elsewhere before the barrier of this id is prepared.
    pub before_prepare: Option<(u64, Box<dyn FnOnce()>)>,
    /// Where emitted things go instead of into `emitted`, so that two connectors can run side by side.
    pub downstream: Option<SyncSender<Inbound>>,
    /// Where `next_batch` takes things from once `inbound` is empty; its end is the end.
    pub upstream: Option<Receiver<Inbound>>,
    /// Time in the host's calls, as a run's report names them.
    pub time: BTreeMap<&'static str, Duration>,
    sockets: HashMap<u64, TcpStream>,
    next_socket: u64,
    next_barrier: u64,
}

thread_local! {
    static HOST: RefCell<TestHost> = RefCell::default();
}

/// Looks at this thread's host, or changes it. Must not be nested, nor call the connector.
pub fn with<T>(look: impl FnOnce(&mut TestHost) -> T) -> T {
    HOST.with(|host| look(&mut host.borrow_mut()))
}

/// Starts afresh and gives what was there.
pub fn reset() -> TestHost {
    with(std::mem::take)
}

impl TestHost {
    /// The batches among what was emitted.
    pub fn batches(&self) -> Vec<&[u8]> {
        let batches = self.emitted.iter().filter_map(|item| match item {
            Inbound::Batch(ipc) => Some(ipc.as_slice()),
            Inbound::Barrier(_) => None,
        });
        batches.collect()
    }

    /// Places the last barrier, as the host does when a read has ended well, and ends the stream.
    pub fn end_downstream(&mut self, payload: String) -> Result<()> {
        self.next_barrier += 1;
        let last = Barrier { id: self.next_barrier, payload, last: true };
        self.pass(Inbound::Barrier(last))?;
        self.downstream = None;
        Ok(())
    }

    fn pass(&mut self, item: Inbound) -> Result<()> {
        match &self.downstream {
            Some(edge) => {
                let gone = |_| ConnectorError::cancelled("run.cancelled", "the other end is gone");
                timed(&mut self.time, "emit-wait", || edge.send(item).map_err(gone))
            }
            None => {
                self.emitted.push(item);
                Ok(())
            }
        }
    }

    fn fail_if_cancelled(&self) -> Result<()> {
        if self.cancelled {
            return Err(ConnectorError::cancelled("run.cancelled", "the run was cancelled"));
        }
        Ok(())
    }

    fn socket(&mut self, socket: u64) -> Result<&mut TcpStream> {
        let unknown = || ConnectorError::internal("host.unknown-socket", format!("no socket {socket} is open"));
        self.sockets.get_mut(&socket).ok_or_else(unknown)
    }
}

fn timed<T>(time: &mut BTreeMap<&'static str, Duration>, call: &'static str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    *time.entry(call).or_default() += start.elapsed();
    result
}

pub(crate) fn emit_batch(ipc: &[u8]) -> Result<()> {
    with(|host| {
        host.fail_if_cancelled()?;
        if ipc.is_empty() {
            return Err(ConnectorError::internal("host.empty-batch", "emit-batch: the batch is empty"));
        }
        let copy = timed(&mut host.time, "emit", || ipc.to_vec());
        host.pass(Inbound::Batch(copy))
    })
}

pub(crate) fn accept_form(form: &str) -> Result<()> {
    with(|host| host.accepted_forms.push(form.to_owned()));
    Ok(())
}

pub(crate) fn is_form_accepted(form: &str) -> Result<bool> {
    Ok(with(|host| host.accepted_forms.iter().any(|accepted| accepted == form)))
}

pub(crate) fn next_batch() -> Result<Option<Inbound>> {
    with(|host| {
        host.fail_if_cancelled()?;
        match host.inbound.pop_front() {
            Some(item) => item.map(Some),
            None => Ok(host.upstream.as_ref().and_then(|edge| timed(&mut host.time, "next-wait", || edge.recv().ok()))),
        }
    })
}

pub(crate) fn checkpoint(kind: CheckpointKind, payload: &str) -> Result<u64> {
    let payload = payload.to_owned();
    with(|host| match kind {
        CheckpointKind::Barrier(()) => {
            host.next_barrier += 1;
            let id = host.next_barrier;
            host.pass(Inbound::Barrier(Barrier { id, payload, last: false }))?;
            Ok(id)
        }
        CheckpointKind::Prepare(id) => {
            if let Some((_, happens)) = host.before_prepare.take_if(|(at, _)| *at == id) {
                happens();
            }
            host.prepared.push(id);
            Ok(id)
        }
        CheckpointKind::Committed(id) => {
            host.committed.push((id, payload));
            Ok(id)
        }
    })
}

pub(crate) fn metric(name: &str, value: MetricValue) {
    with(|host| {
        host.metrics.push((name.to_owned(), value));
        let Some((step, arrivals_left)) = &mut host.dies_at else { return };
        if name.strip_prefix("durable.") == Some(step) {
            *arrivals_left -= 1;
            assert!(*arrivals_left > 0, "died at {step}");
        }
    });
}

pub(crate) fn log(level: LogLevel, message: &str) {
    with(|host| host.logs.push((level, message.to_owned())));
}

pub(crate) fn reject(rejected: RejectedRecord) -> Result<()> {
    with(|host| host.rejected.push(rejected));
    Ok(())
}

pub(crate) fn schema_changed(change: &str) -> Result<()> {
    with(|host| host.schema_changes.push(change.to_owned()));
    Ok(())
}

pub(crate) fn state_get(scope: StateScope, key: &str) -> Result<Option<Vec<u8>>> {
    Ok(with(|host| host.state.get(&(scope.as_str(), key.to_owned())).cloned()))
}

pub(crate) fn state_put(scope: StateScope, key: &str, value: &[u8]) -> Result<()> {
    with(|host| host.state.insert((scope.as_str(), key.to_owned()), value.to_vec()));
    Ok(())
}

pub(crate) fn state_cas(scope: StateScope, key: &str, expected: Option<&[u8]>, value: &[u8]) -> Result<bool> {
    let key = (scope.as_str(), key.to_owned());
    Ok(with(|host| {
        let equal = host.state.get(&key).map(Vec::as_slice) == expected;
        if equal {
            host.state.insert(key, value.to_vec());
        }
        equal
    }))
}

pub(crate) fn pause(_milliseconds: u64) -> Result<bool> {
    // It may look at the host itself.
    let happens = with(|host| host.fail_if_cancelled().map(|()| host.pauses.pop_front()))?;
    let ends = happens.is_none();
    if let Some(happens) = happens {
        happens();
    }
    Ok(ends)
}

pub(crate) fn durable_cursors() -> Result<Vec<CursorValue>> {
    Ok(with(|host| host.durable_cursors.clone()))
}

pub(crate) fn is_cancelled() -> bool {
    with(|host| host.cancelled)
}

fn network(doing: &str, error: std::io::Error) -> ConnectorError {
    ConnectorError::transient_network("net.io", format!("{doing}: {error}"))
}

pub(crate) fn connect_tcp(hostname: &str, port: u16) -> Result<u64> {
    let failed = |error| network(&format!("connecting to {hostname}:{port}"), error);
    let stream = TcpStream::connect((hostname, port)).map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    Ok(with(|host| {
        host.next_socket += 1;
        host.sockets.insert(host.next_socket, stream);
        host.next_socket
    }))
}

pub(crate) fn socket_read(socket: u64, max: u32) -> Result<Vec<u8>> {
    with(|host| {
        let start = Instant::now();
        let mut bytes = vec![0; max as usize];
        let read = host.socket(socket)?.read(&mut bytes).map_err(|error| network("reading", error))?;
        bytes.truncate(read);
        *host.time.entry("socket-read").or_default() += start.elapsed();
        Ok(bytes)
    })
}

pub(crate) fn socket_write(socket: u64, bytes: &[u8]) -> Result<()> {
    with(|host| {
        let start = Instant::now();
        host.socket(socket)?.write_all(bytes).map_err(|error| network("writing", error))?;
        *host.time.entry("socket-write").or_default() += start.elapsed();
        Ok(())
    })
}

pub(crate) fn socket_start_tls(_socket: u64, options: TlsOptions) -> Result<()> {
    let message = format!("the native test host has no TLS for {}", options.server_name);
    Err(ConnectorError::config("host.no-tls", message))
}

pub(crate) fn socket_close(socket: u64) {
    with(|host| host.sockets.remove(&socket));
}

impl StreamContext {
    /// A full refresh of `name` with the host's default limits and policies, for native tests.
    pub fn for_tests(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            sync_mode: SyncMode::FullRefresh,
            write_mode: WriteMode::Append,
            primary_key: Vec::new(),
            selected_columns: None,
            cursor: None,
            position: None,
            schema: None,
            limits: StreamLimits {
                max_batch_bytes: 64 << 20,
                max_record_bytes: 16 << 20,
                max_inflight_batches: 16,
                checkpoint_interval_bytes: 64 << 20,
                checkpoint_interval_rows: 0,
                checkpoint_interval_seconds: 0,
            },
            policies: StreamPolicies {
                on_data_error: DataErrorPolicy::Fail,
                schema_evolution: SchemaEvolution {
                    new_column: NewColumnPolicy::Add,
                    removed_column: RemovedColumnPolicy::Ignore,
                    type_change: TypeChangePolicy::Fail,
                    nullability_change: NullabilityChangePolicy::Allow,
                },
            },
            partition: None,
            run: RunIdentity {
                pipeline: "test".to_owned(),
                run_id: "run-1".to_owned(),
                load_id: "load-1".to_owned(),
                state_id: "state-1".to_owned(),
                epoch: 1,
                attempt: 1,
            },
        }
    }
}
