//! A TCP connection through the host, which checks it against the manifest and the pipeline.

use crate::host::socket;
use crate::types::TlsOptions;
use crate::Result;
use std::io::{Read, Write};

/// Bytes asked for in one read. The host hands over at least this much at a time when it has it.
pub const READ_BYTES: u32 = 256 * 1024;

/// A connection. Dropping it closes it.
#[derive(Debug)]
pub struct TcpStream {
    socket: u64,
    /// Bytes read but not asked for yet; only [`Read`] leaves any.
    ahead: Vec<u8>,
    taken: usize,
}

impl TcpStream {
    /// Opens a connection.
    ///
    /// # Errors
    /// `permission` if neither manifest nor pipeline allows the host; `transient-network` if it cannot be reached.
    pub fn connect(hostname: &str, port: u16) -> Result<Self> {
        Ok(Self { socket: socket::connect(hostname, port)?, ahead: Vec::new(), taken: 0 })
    }

    /// What has arrived, at most [`READ_BYTES`]; blocks until there is something; empty at the end.
    /// Without a copy: the bytes are the memory that the host has filled.
    pub fn read_chunk(&mut self) -> Result<Vec<u8>> {
        if self.taken < self.ahead.len() {
            let rest = self.ahead.split_off(self.taken);
            self.ahead.clear();
            self.taken = 0;
            return Ok(rest);
        }
        socket::read(self.socket, READ_BYTES)
    }

    /// Sends all of it.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        socket::write(self.socket, bytes)
    }

    /// From here on the host encrypts. Nothing may have been read ahead: a peer that talks before
    /// the handshake could slip plain text into the encrypted stream.
    pub fn start_tls(&mut self, options: TlsOptions) -> Result<()> {
        if self.taken < self.ahead.len() {
            return Err(crate::ConnectorError::internal(
                "net.data-before-tls",
                "the server sent data before the TLS handshake; the connection is not safe",
            ));
        }
        socket::start_tls(self.socket, options)
    }
}

impl Read for TcpStream {
    fn read(&mut self, target: &mut [u8]) -> std::io::Result<usize> {
        if target.is_empty() {
            return Ok(0);
        }
        if self.taken == self.ahead.len() {
            self.ahead = socket::read(self.socket, READ_BYTES)?;
            self.taken = 0;
        }
        let rest = &self.ahead[self.taken..];
        let count = rest.len().min(target.len());
        target[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        Ok(count)
    }
}

impl Write for TcpStream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        socket::write(self.socket, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for TcpStream {
    fn drop(&mut self) {
        socket::close(self.socket);
    }
}
