//! A server that says anything: sessions, results and COPY streams with changed bytes end in an answer or in an
//! error, never in a panic.

use std::io;

use rapidbyte_pg::{Client, ConnectOptions, PgError, SslMode};
use rapidbyte_testkit::{feed, message, Script};

/// A login without a password, the answer to a query, a COPY of two rows, an error.
fn session() -> Vec<u8> {
    let login = [
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

/// So many bytes arrive at once.
const STEPS: [usize; 3] = [usize::MAX, 1, 7];

/// How far a session came: 4 is its end, an error that the server reports.
fn talk(bytes: Vec<u8>, step: usize) -> usize {
    let mut script = Some(Script::new(bytes, step));
    let mut options = ConnectOptions::new("server", 5432, "user", "database");
    options.ssl_mode = SslMode::Disable;
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
    let sound = session();
    for step in STEPS {
        assert_eq!(talk(sound.clone(), step), 4, "the unchanged session is understood to its end");
    }
    let mut reached = [0; 6];
    let mut round = 0;
    feed(&[sound], 20_000, |bytes| {
        round += 1;
        reached[talk(bytes, STEPS[round % STEPS.len()])] += 1;
    });
    assert!(round < 20_000 || reached.iter().all(|&count| count > 0), "every part is reached: {reached:?}");
}
