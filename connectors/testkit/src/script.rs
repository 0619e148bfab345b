use std::io::{self, Read, Write};

use rapidbyte_pg::{TlsRequest, Transport};

/// A server that is none: it says what it was told to, whatever it hears. Its TLS is no TLS.
pub struct Script {
    bytes: Vec<u8>,
    at: usize,
    step: usize,
}

impl Script {
    /// One read gives at most `step` bytes.
    pub fn new(bytes: Vec<u8>, step: usize) -> Script {
        Script { bytes, at: 0, step }
    }
}

impl Read for Script {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.step.min(out.len()).min(self.bytes.len() - self.at);
        out[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Script {
    fn start_tls(&mut self, _: &TlsRequest) -> io::Result<()> {
        Ok(())
    }
}

/// A message of PostgreSQL's protocol.
pub fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}
