use postgres_protocol::message::frontend;

use crate::client::Client;
use crate::error::{PgError, Result};
use crate::transport::Transport;
use crate::wire::tag;

/// The tag of a CopyData message.
pub const COPY_DATA: u8 = tag::COPY_DATA;

/// Tag and length before a message's payload. The length counts itself but not the tag.
pub const FRAME_HEADER_BYTES: usize = 5;

/// The data of a `COPY … TO STDOUT`, pulled from the server.
///
/// Only `Ok(None)` from [`frames`](CopyOut::frames) or [`next_chunk`](CopyOut::next_chunk) says
/// that everything arrived: the server then said CopyDone, CommandComplete and ReadyForQuery (I1).
/// A value dropped before that leaves the session unusable.
pub struct CopyOut<'c, T: Transport> {
    client: &'c mut Client<T>,
    /// The message that the last `next_chunk` handed out.
    handed_out: usize,
    done: bool,
    rows: u64,
}

impl<T: Transport> Client<T> {
    /// Starts a `COPY … TO STDOUT`.
    pub fn copy_out(&mut self, sql: &str) -> Result<CopyOut<'_, T>> {
        self.begin()?;
        frontend::query(sql, &mut self.out).map_err(|e| self.not_sent(&e))?;
        self.flush("sending a query to")?;
        let head = self.next_message()?;
        match head.tag {
            tag::COPY_OUT_RESPONSE => self.consume(head),
            tag::ERROR => return Err(self.server_error(head)),
            _ => return Err(self.unexpected(head, "the start of COPY TO")),
        }
        Ok(CopyOut { client: self, handed_out: 0, done: false, rows: 0 })
    }
}

impl<T: Transport> CopyOut<'_, T> {
    /// Waits for data and gives all that is buffered: at its head at least one whole CopyData
    /// message ([`FRAME_HEADER_BYTES`], then the payload), behind it further messages of any kind,
    /// the last one possibly cut. `None` after the end.
    ///
    /// The caller walks over the CopyData messages at the head and hands their summed size to
    /// [`consume`](CopyOut::consume); it must stop at the first other tag.
    pub fn frames(&mut self) -> Result<Option<&[u8]>> {
        if self.done {
            return Ok(None);
        }
        loop {
            let head = self.client.next_message()?;
            match head.tag {
                tag::COPY_DATA => return Ok(Some(self.client.received.filled())),
                tag::COPY_DONE => self.client.consume(head),
                tag::COMMAND_COMPLETE => {
                    self.rows = self.client.affected(head)?;
                    self.client.consume(head);
                }
                tag::READY_FOR_QUERY => {
                    self.client.ready(head)?;
                    self.client.received.shrink();
                    self.done = true;
                    return Ok(None);
                }
                tag::ERROR => return Err(self.client.server_error(head)),
                _ => return Err(self.client.unexpected(head, "COPY TO")),
            }
        }
    }

    /// Drops the first `count` bytes of what `frames` gave: whole messages only.
    #[inline]
    pub fn consume(&mut self, count: usize) {
        self.client.received.consume(count);
    }

    /// The payload of the next CopyData message; `None` after the end.
    pub fn next_chunk(&mut self) -> Result<Option<&[u8]>> {
        let handed_out = std::mem::take(&mut self.handed_out);
        self.consume(handed_out);
        let Some(frames) = self.frames()? else { return Ok(None) };
        let total = 1 + u32::from_be_bytes([frames[1], frames[2], frames[3], frames[4]]) as usize;
        self.handed_out = total;
        Ok(Some(&self.client.received.filled()[FRAME_HEADER_BYTES..total]))
    }

    /// The number of rows the server says it sent; known after the end.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// An error that says the server broke the protocol of this COPY; the session ends with it.
    pub fn protocol_error(&mut self, message: &str) -> PgError {
        self.client.broken(message)
    }
}
