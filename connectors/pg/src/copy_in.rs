use postgres_protocol::message::frontend;

use crate::client::{Client, Head, Phase};
use crate::error::{PgError, Result};
use crate::transport::Transport;
use crate::wire::tag;

/// How much is gathered before it is sent. Big enough for few calls into the host.
const SEND_BYTES: usize = 256 << 10;

/// The tag byte and the length of a CopyData message.
const FRAME_HEADER_BYTES: usize = 5;

/// The most payload of one CopyData message: the server refuses messages over 1 GiB − 1.
const MAX_PAYLOAD_BYTES: usize = (1 << 30) - 64;

/// The data of a `COPY … FROM STDIN`, on its way to the server.
///
/// Rows are appended to [`buffer`](CopyIn::buffer) with no framing of their own; between rows
/// [`flush_if_full`](CopyIn::flush_if_full) sends what has gathered. The server may reject a row at
/// any time but the client hears of it only in [`finish`](CopyIn::finish), because it does not read
/// while it writes; the server swallows the rest meanwhile. Dropping the value without `finish` or
/// `abort` leaves the session unusable, and the server rolls the COPY back.
pub struct CopyIn<'c, T: Transport> {
    client: &'c mut Client<T>,
    /// Room for the frame header, then the payload.
    buffer: Vec<u8>,
}

impl<T: Transport> Client<T> {
    /// Starts a `COPY … FROM STDIN`.
    pub fn copy_in(&mut self, sql: &str) -> Result<CopyIn<'_, T>> {
        self.begin()?;
        frontend::query(sql, &mut self.out).map_err(|e| self.not_sent(&e))?;
        self.flush("sending a query to")?;
        let head = self.next_message()?;
        match head.tag {
            tag::COPY_IN_RESPONSE => self.consume(head),
            tag::ERROR => return Err(self.server_error(head)),
            _ => return Err(self.unexpected(head, "the start of COPY FROM")),
        }
        let mut buffer = Vec::with_capacity(3 * SEND_BYTES);
        buffer.extend_from_slice(&[0; FRAME_HEADER_BYTES]);
        Ok(CopyIn { client: self, buffer })
    }
}

impl<T: Transport> CopyIn<'_, T> {
    /// Where to append data. What is in it already must be left alone.
    #[inline]
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Sends what has gathered once it is worth a call. To be called between rows.
    #[inline]
    pub fn flush_if_full(&mut self) -> Result<()> {
        if self.buffer.len() < SEND_BYTES {
            return Ok(());
        }
        self.send()
    }

    /// Appends `data` and sends when full.
    pub fn write(&mut self, data: &[u8]) -> Result<()> {
        for piece in data.chunks(SEND_BYTES) {
            self.buffer.extend_from_slice(piece);
            self.flush_if_full()?;
        }
        Ok(())
    }

    /// Sends the rest and ends the COPY; gives the number of rows the server took.
    pub fn finish(mut self) -> Result<u64> {
        self.send()?;
        frontend::copy_done(&mut self.client.out);
        self.client.flush("sending the end of a COPY to")?;
        let mut rows = 0;
        loop {
            let head = self.client.next_message()?;
            match head.tag {
                tag::COMMAND_COMPLETE => {
                    rows = self.client.affected(head)?;
                    self.client.consume(head);
                }
                tag::READY_FOR_QUERY => {
                    self.client.ready(head)?;
                    return Ok(rows);
                }
                tag::ERROR => return Err(self.client.server_error(head)),
                _ => return Err(self.client.unexpected(head, "COPY FROM")),
            }
        }
    }

    /// Ends the COPY as failed; the server discards its rows and the session stays usable.
    pub fn abort(self, reason: &str) -> Result<()> {
        let reason = reason.replace('\0', " ");
        if let Err(why) = frontend::copy_fail(&reason, &mut self.client.out) {
            return Err(self.client.broken(&format!("CopyFail cannot be written: {why}")));
        }
        self.client.flush("aborting a COPY to")?;
        let head: Head = self.client.next_message()?;
        if head.tag != tag::ERROR {
            return Err(self.client.unexpected(head, "an aborted COPY FROM"));
        }
        // The server reports our own failure back; only a session that did not survive matters.
        let reported = self.client.server_error(head);
        if self.client.phase == Phase::Ready {
            Ok(())
        } else {
            Err(reported)
        }
    }

    fn send(&mut self) -> Result<()> {
        let payload = self.buffer.len() - FRAME_HEADER_BYTES;
        if payload == 0 {
            return Ok(());
        }
        if payload > MAX_PAYLOAD_BYTES {
            return Err(PgError::RowTooLarge { bytes: payload as u64, limit: MAX_PAYLOAD_BYTES as u64 });
        }
        self.buffer[0] = tag::COPY_DATA;
        self.buffer[1..FRAME_HEADER_BYTES].copy_from_slice(&(payload as u32 + 4).to_be_bytes());
        let sent = self.client.io.write_all(&self.buffer).and_then(|()| self.client.io.flush());
        sent.map_err(|cause| self.client.lost("sending rows to", cause))?;
        self.buffer.truncate(FRAME_HEADER_BYTES);
        if self.buffer.capacity() > 4 * SEND_BYTES {
            self.buffer.shrink_to(2 * SEND_BYTES);
        }
        Ok(())
    }
}
