//! A server that says anything: sessions, results and COPY streams with changed bytes end in an answer or in an
//! error, never in a panic. Always the same changes; `FUZZ_ROUNDS` asks for more of them.

use rapidbyte_pg::{Client, ConnectOptions, PgError, TlsRequest, Transport};
use std::io::{self, Read, Write};

/// What a server sends, whatever it is asked.
struct Script {
    bytes: Vec<u8>,
    at: usize,
    step: usize,
}

impl Read for Script {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        // The answer to SSLRequest comes alone: what followed it at once would be refused as smuggled.
        let step = if self.at == 0 { 1 } else { self.step };
        let count = target.len().min(self.bytes.len() - self.at).min(step);
        target[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
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
    fn start_tls(&mut self, _request: &TlsRequest) -> io::Result<()> {
        Ok(())
    }
}

/// Marsaglia's xorshift, good enough to choose changes.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// A login without a password, the answer to a query, a COPY of two rows, an error.
fn session() -> Vec<u8> {
    let login = [
        b"N".to_vec(),
        message(b'R', &[0, 0, 0, 0]),
        message(b'S', b"server_version\017.4\0"),
        message(b'K', &[0, 0, 0, 1, 0, 0, 0, 2]),
        message(b'Z', b"I"),
        // What the client sets when the session stands.
        message(b'C', b"SET\0"),
        message(b'Z', b"I"),
    ];
    let mut description = vec![0, 1];
    description.extend_from_slice(b"n\0");
    description.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]);
    let query = [
        message(b'T', &description),
        message(b'D', &[0, 1, 0, 0, 0, 2, b'4', b'2']),
        message(b'D', &[0, 1, 0xff, 0xff, 0xff, 0xff]),
        message(b'N', b"SNOTICE\0C00000\0Mhello\0\0"),
        message(b'C', b"SELECT 2\0"),
        message(b'Z', b"I"),
    ];
    let mut header = b"PGCOPY\n\xff\r\n\0".to_vec();
    header.extend_from_slice(&[0; 8]);
    let copy = [
        message(b'H', &[1, 0, 1, 0, 1]),
        message(b'd', &header),
        message(b'd', &[0, 1, 0, 0, 0, 4, 0, 0, 0, 7]),
        message(b'd', &[0, 1, 0xff, 0xff, 0xff, 0xff]),
        message(b'd', &[0xff, 0xff]),
        message(b'c', b""),
        message(b'C', b"COPY 2\0"),
        message(b'Z', b"I"),
        message(b'E', b"SERROR\0C42P01\0Mno such table\0\0"),
        message(b'Z', b"I"),
    ];
    [login.concat(), query.concat(), copy.concat()].concat()
}

fn change(bytes: &mut Vec<u8>, chance: &mut Chance) {
    const TELLING: [u8; 7] = [0, 1, 4, 0x7f, 0x80, 0xfe, 0xff];
    let at = chance.below(bytes.len());
    match chance.below(6) {
        0 => bytes[at] ^= 1 << chance.below(8),
        1 => bytes[at] = TELLING[chance.below(TELLING.len())],
        2 => bytes.truncate(at + 1),
        3 => drop(bytes.splice(at..at, (0..chance.below(9)).map(|i| (i * 37) as u8))),
        4 => drop(bytes.drain(at..(at + chance.below(9)).min(bytes.len() - 1).max(at))),
        _ => {
            let end = (at + 4).min(bytes.len());
            bytes[at..end].fill(TELLING[chance.below(TELLING.len())]);
        }
    }
}

/// So many bytes arrive at once.
const STEPS: [usize; 3] = [usize::MAX, 1, 7];

/// How far a session came: 4 is its end, an error that the server reports.
fn talk(bytes: Vec<u8>, step: usize) -> usize {
    let mut script = Some(Script { bytes, at: 0, step });
    let options = ConnectOptions::new("server", 5432, "user", "database");
    let opened = Client::connect(&options, || script.take().ok_or_else(|| io::Error::other("only once")));
    let Ok(mut client) = opened else {
        return 0;
    };
    if client.simple_query("SELECT n FROM t").is_err() {
        return 1;
    }
    {
        let Ok(mut copy) = client.copy_out("COPY t TO STDOUT (FORMAT binary)") else {
            return 2;
        };
        loop {
            match copy.next_chunk() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return 3,
            }
        }
    }
    match client.simple_query("SELECT 1 FROM missing") {
        Err(PgError::Server(_)) => 4,
        _ => 5,
    }
}

#[test]
fn nothing_that_a_server_says_is_worse_than_an_error() {
    let rounds = std::env::var("FUZZ_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let sound = session();
    for step in STEPS {
        assert_eq!(talk(sound.clone(), step), 4, "the unchanged session is understood to its end");
    }
    let mut chance = Chance(20_261_121);
    let mut reached = [0; 6];
    for _ in 0..rounds {
        let mut bytes = sound.clone();
        for _ in 0..=chance.below(4) {
            change(&mut bytes, &mut chance);
        }
        reached[talk(bytes, STEPS[chance.below(STEPS.len())])] += 1;
    }
    assert!(reached.iter().all(|&count| count > 0), "every part is reached: {reached:?}");
}
