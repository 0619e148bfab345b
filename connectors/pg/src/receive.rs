use std::io::{self, Read};

/// How much is asked of the transport at once, and the buffer's usual size. Big enough that a
/// call into the host is paid for by some thousand rows, small enough to stay in the cache.
const READ_BYTES: usize = 256 << 10;

/// Bytes received and not yet consumed, kept contiguous so that messages are parsed in place.
pub(crate) struct ReceiveBuffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl ReceiveBuffer {
    pub(crate) fn new() -> ReceiveBuffer {
        ReceiveBuffer { bytes: vec![0; READ_BYTES], start: 0, end: 0 }
    }

    #[inline]
    pub(crate) fn filled(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Drops the first `count` bytes of what is filled; `count` must not exceed it.
    #[inline]
    pub(crate) fn consume(&mut self, count: usize) {
        assert!(count <= self.end - self.start, "consumed more than was received");
        self.start += count;
    }

    /// Reads once, so that at least one more byte is filled.
    pub(crate) fn fill(&mut self, io: &mut impl Read) -> io::Result<()> {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
        if self.bytes.len() - self.end < READ_BYTES / 2 {
            self.make_room(READ_BYTES);
        }
        self.read(io)
    }

    /// Reads until at least `count` bytes are filled. Memory grows as bytes arrive, at most to
    /// twice of what was really received, so that a lying length costs nothing.
    pub(crate) fn fill_to(&mut self, io: &mut impl Read, count: usize) -> io::Result<()> {
        while self.end - self.start < count {
            self.fill(io)?;
        }
        Ok(())
    }

    fn read(&mut self, io: &mut impl Read) -> io::Result<()> {
        let got = loop {
            match io.read(&mut self.bytes[self.end..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                other => break other?,
            }
        };
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.end += got;
        Ok(())
    }

    fn make_room(&mut self, room: usize) {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.bytes.len() - self.end < room {
            let grown = (self.bytes.len() * 2).max(self.end + room);
            self.bytes.resize(grown, 0);
        }
    }

    /// Gives back what a large message made the buffer grow to.
    pub(crate) fn shrink(&mut self) {
        if self.bytes.len() > 4 * READ_BYTES && self.end - self.start <= READ_BYTES {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            self.bytes.truncate(2 * READ_BYTES);
            self.bytes.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out its bytes a few at a time.
    struct Dribble {
        bytes: Vec<u8>,
        at: usize,
        step: usize,
    }

    impl Read for Dribble {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = self.step.min(out.len()).min(self.bytes.len() - self.at);
            out[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
            self.at += n;
            Ok(n)
        }
    }

    #[test]
    fn bytes_come_out_in_order_whatever_the_sizes_of_reads() {
        let bytes: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
        for step in [1_000, 8_192, READ_BYTES, READ_BYTES * 4] {
            let mut io = Dribble { bytes: bytes.clone(), at: 0, step };
            let mut buffer = ReceiveBuffer::new();
            let mut seen = Vec::new();
            for take in [1usize, 700_000, 5, 100_000, 1_400_000].iter().cycle() {
                let take = (*take).min(bytes.len() - seen.len());
                if take == 0 {
                    break;
                }
                buffer.fill_to(&mut io, take).unwrap();
                seen.extend_from_slice(&buffer.filled()[..take]);
                buffer.consume(take);
                buffer.shrink();
            }
            assert_eq!(seen, bytes);
        }
    }

    #[test]
    fn the_end_of_the_stream_is_an_error() {
        let mut io = Dribble { bytes: vec![1, 2, 3], at: 0, step: 3 };
        let mut buffer = ReceiveBuffer::new();
        let error = buffer.fill_to(&mut io, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
