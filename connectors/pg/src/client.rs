use std::collections::{BTreeMap, VecDeque};
use std::io;

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use crate::error::{PgError, Result, ServerError};
use crate::options::{ConnectOptions, MAX_MESSAGE_BYTES};
use crate::receive::ReceiveBuffer;
use crate::rows::utf8;
use crate::transport::Transport;
use crate::wire::{tag, Body};

/// The most notices kept until somebody takes them; older ones go first.
const MAX_NOTICES: usize = 100;

/// The most run-time parameters a server may report. PostgreSQL 17 reports 15.
const MAX_PARAMETERS: usize = 256;

/// Where the session's transaction stands, as the server last said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    /// No transaction is open.
    Idle,
    /// A transaction is open.
    InTransaction,
    /// A transaction failed and waits for ROLLBACK.
    Failed,
}

/// Whether the next request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Ready,
    /// A request is under way; an abandoned COPY leaves the session here for good.
    Busy,
    /// The connection is lost or out of step.
    Broken,
}

/// A session with a server.
///
/// After an error that is not fatal the session is ready again (inside a transaction it is
/// [`TransactionStatus::Failed`] until rolled back). After a lost connection or a broken protocol
/// every further request fails.
pub struct Client<T: Transport> {
    pub(crate) io: T,
    pub(crate) received: ReceiveBuffer,
    pub(crate) out: BytesMut,
    pub(crate) phase: Phase,
    pub(crate) status: TransactionStatus,
    pub(crate) address: String,
    pub(crate) max_copy_message_bytes: usize,
    pub(crate) encrypted: bool,
    parameters: BTreeMap<String, String>,
    notices: VecDeque<ServerError>,
}

/// Tag and whole length, tag included, of the message at the head of the receive buffer.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub(crate) tag: u8,
    pub(crate) total: usize,
}

impl<T: Transport> Client<T> {
    pub(crate) fn over(io: T, options: &ConnectOptions) -> Client<T> {
        Client {
            io,
            received: ReceiveBuffer::new(),
            out: BytesMut::with_capacity(8 << 10),
            phase: Phase::Busy,
            status: TransactionStatus::Idle,
            address: options.address(),
            max_copy_message_bytes: options.max_copy_message_bytes,
            encrypted: false,
            parameters: BTreeMap::new(),
            notices: VecDeque::new(),
        }
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Where the session's transaction stands.
    pub fn transaction_status(&self) -> TransactionStatus {
        self.status
    }

    /// A run-time parameter that the server reported, such as `server_version`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The server's version as `major * 10_000 + minor`, such as 150_004; 0 if it said none.
    pub fn server_version(&self) -> u32 {
        let text = self.parameter("server_version").unwrap_or("");
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u32>().unwrap_or(0));
        let major = numbers.next().unwrap_or(0).min(9_999);
        major * 10_000 + numbers.next().unwrap_or(0).min(9_999)
    }

    /// The notices and warnings since the last call, oldest first; at most the last 100.
    pub fn take_notices(&mut self) -> Vec<ServerError> {
        self.notices.drain(..).collect()
    }

    /// Says goodbye to the server and closes the connection.
    pub fn close(mut self) -> Result<()> {
        if self.phase == Phase::Broken {
            return Ok(());
        }
        self.out.clear();
        frontend::terminate(&mut self.out);
        self.flush("closing the connection to")
    }

    pub(crate) fn begin(&mut self) -> Result<()> {
        match self.phase {
            Phase::Ready => {
                self.phase = Phase::Busy;
                self.out.clear();
                Ok(())
            }
            Phase::Busy => Err(PgError::Usage("the connection is still busy with an abandoned COPY".to_owned())),
            Phase::Broken => Err(PgError::Usage(format!("the connection to {} is lost", self.address))),
        }
    }

    pub(crate) fn flush(&mut self, verb: &str) -> Result<()> {
        let sent = self.io.write_all(&self.out).and_then(|()| self.io.flush());
        self.out.clear();
        sent.map_err(|cause| self.lost(verb, cause))
    }

    pub(crate) fn lost(&mut self, verb: &str, cause: io::Error) -> PgError {
        self.phase = Phase::Broken;
        PgError::Io { doing: format!("{verb} {}", self.address), cause }
    }

    pub(crate) fn broken(&mut self, message: &str) -> PgError {
        self.phase = Phase::Broken;
        PgError::protocol(message)
    }

    /// Reads until the head of the buffer is one whole message.
    pub(crate) fn head(&mut self) -> Result<Head> {
        let filled = self.fill_to(5)?;
        let head = filled[0];
        let length = u32::from_be_bytes([filled[1], filled[2], filled[3], filled[4]]) as usize;
        if length < 4 {
            return Err(self.broken("a message is shorter than its own length field"));
        }
        let total = length + 1;
        if head == tag::COPY_DATA {
            if total > self.max_copy_message_bytes {
                self.phase = Phase::Broken;
                return Err(PgError::RowTooLarge { bytes: total as u64, limit: self.max_copy_message_bytes as u64 });
            }
        } else if total > MAX_MESSAGE_BYTES {
            return Err(self.broken("a message is larger than 64 MiB"));
        }
        self.fill_to(total)?;
        Ok(Head { tag: head, total })
    }

    fn fill_to(&mut self, count: usize) -> Result<&[u8]> {
        if self.received.filled().len() < count {
            if let Err(cause) = self.received.fill_to(&mut self.io, count) {
                return Err(self.lost("reading from", cause));
            }
        }
        Ok(self.received.filled())
    }

    /// The body of the message at the head.
    pub(crate) fn body(&self, head: Head) -> &[u8] {
        &self.received.filled()[5..head.total]
    }

    pub(crate) fn consume(&mut self, head: Head) {
        self.received.consume(head.total);
    }

    /// The next message that concerns the request under way, still at the head of the buffer.
    /// What may come at any time (notices, parameters, notifications) is dealt with here.
    pub(crate) fn next_message(&mut self) -> Result<Head> {
        loop {
            let head = self.head()?;
            match head.tag {
                tag::NOTICE => {
                    let notice = ServerError::parse(self.body(head))?;
                    if self.notices.len() == MAX_NOTICES {
                        self.notices.pop_front();
                    }
                    self.notices.push_back(notice);
                }
                tag::PARAMETER_STATUS => {
                    let mut body = Body::new(self.body(head));
                    let name = utf8(body.cstr()?)?.to_owned();
                    let value = String::from_utf8_lossy(body.cstr()?).into_owned();
                    if self.parameters.len() < MAX_PARAMETERS || self.parameters.contains_key(&name) {
                        self.parameters.insert(name, value);
                    }
                }
                tag::NOTIFICATION => {}
                _ => return Ok(head),
            }
            self.consume(head);
        }
    }

    /// Takes the error message at the head and brings the session back into step.
    pub(crate) fn server_error(&mut self, head: Head) -> PgError {
        match self.recover(head) {
            Ok(error) => PgError::Server(Box::new(error)),
            Err(error) => error,
        }
    }

    fn recover(&mut self, head: Head) -> Result<ServerError> {
        let error = ServerError::parse(self.body(head))?;
        self.consume(head);
        if error.is_fatal() {
            self.phase = Phase::Broken;
            return Ok(error);
        }
        // The first error is the cause; the connection may well go down while waiting.
        while self.phase == Phase::Busy {
            match self.next_message() {
                Ok(head) if head.tag == tag::READY_FOR_QUERY => self.ready(head)?,
                Ok(head) => self.consume(head),
                Err(_) => self.phase = Phase::Broken,
            }
        }
        Ok(error)
    }

    pub(crate) fn ready(&mut self, head: Head) -> Result<()> {
        self.status = match self.body(head) {
            b"I" => TransactionStatus::Idle,
            b"T" => TransactionStatus::InTransaction,
            b"E" => TransactionStatus::Failed,
            _ => return Err(self.broken("ReadyForQuery has an unknown transaction status")),
        };
        self.consume(head);
        self.phase = Phase::Ready;
        Ok(())
    }

    pub(crate) fn unexpected(&mut self, head: Head, during: &str) -> PgError {
        self.broken(&format!("message '{}' during {during}", char::from(head.tag).escape_default()))
    }
}
