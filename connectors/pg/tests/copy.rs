//! COPY in both directions against a real server.

use rapidbyte_pg::{PgError, COPY_DATA, FRAME_HEADER_BYTES};
use rapidbyte_sdk::ConnectorError;
use rapidbyte_testkit::Server;

#[test]
fn copy_out_gives_every_byte_in_order() {
    let server = Server::start();
    let mut client = server.client();
    let mut copy = client.copy_out("COPY (SELECT i FROM generate_series(1, 200000) i) TO STDOUT").unwrap();
    let mut text = Vec::new();
    while let Some(chunk) = copy.next_chunk().unwrap() {
        text.extend_from_slice(chunk);
    }
    assert_eq!(copy.rows(), 200_000);
    assert!(copy.next_chunk().unwrap().is_none());
    let expected: String = (1..=200_000).map(|i| format!("{i}\n")).collect();
    assert_eq!(text, expected.as_bytes());
    assert_eq!(client.simple_query("SELECT 1").unwrap().single(), Some("1"));
}

#[test]
fn copy_out_frames_are_whole_messages() {
    let server = Server::start();
    let mut client = server.client();
    let mut copy = client.copy_out("COPY (SELECT repeat('x', i) FROM generate_series(1, 3000) i) TO STDOUT").unwrap();
    let mut rows = 0;
    while let Some(frames) = copy.frames().unwrap() {
        let mut at = 0;
        while frames.len() - at >= FRAME_HEADER_BYTES && frames[at] == COPY_DATA {
            let length = u32::from_be_bytes(frames[at + 1..at + 5].try_into().unwrap()) as usize;
            if frames.len() - at < 1 + length {
                break;
            }
            rows += 1;
            assert_eq!(length, 4 + rows + 1);
            at += 1 + length;
        }
        assert!(at > 0);
        copy.consume(at);
    }
    assert_eq!(rows, 3_000);
}

#[test]
fn a_row_over_the_cap_is_refused_before_it_is_buffered() {
    let server = Server::start();
    let mut options = server.options();
    options.max_copy_message_bytes = 1 << 20;
    let mut client = server.client_with(&options);
    let mut copy = client.copy_out("COPY (SELECT repeat('x', 3000000)) TO STDOUT").unwrap();
    assert!(matches!(copy.next_chunk(), Err(PgError::RowTooLarge { limit: 1_048_576, .. })));
}

#[test]
fn an_error_amid_a_copy_is_no_end() {
    let server = Server::start();
    let mut client = server.client();
    let mut copy = client.copy_out("COPY (SELECT 1 / (1000 - i) FROM generate_series(1, 2000) i) TO STDOUT").unwrap();
    let error = loop {
        match copy.next_chunk() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a failed COPY must not end well"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.sqlstate(), Some("22012"));
    assert_eq!(client.simple_query("SELECT 1").unwrap().single(), Some("1"));
}

#[test]
fn a_server_killed_amid_a_copy_is_a_lost_connection() {
    let mut server = Server::start();
    let mut client = server.client();
    let mut copy =
        client.copy_out("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000000)) TO STDOUT").unwrap();
    copy.next_chunk().unwrap();
    server.kill();
    let error = loop {
        match copy.next_chunk() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a broken COPY must not end well"),
            Err(error) => break error,
        }
    };
    assert!(error.is_connection_lost(), "{error}");
    assert!(ConnectorError::from(error).retryable);
}

#[test]
fn copy_in_stores_what_was_written() {
    let server = Server::start();
    let mut client = server.client();
    client.execute("CREATE TABLE t (i int, filler text)").unwrap();
    let mut copy = client.copy_in("COPY t FROM STDIN").unwrap();
    for i in 0..50_000 {
        copy.buffer().extend_from_slice(format!("{i}\tabcdefghijklmnopqrstuvwxyz\n").as_bytes());
        copy.flush_if_full().unwrap();
    }
    let big = format!("50000\t{}\n", "y".repeat(5_000_000));
    copy.write(big.as_bytes()).unwrap();
    assert_eq!(copy.finish().unwrap(), 50_001);
    let sum = client.simple_query("SELECT sum(i) || ' ' || max(length(filler)) FROM t").unwrap();
    assert_eq!(sum.single(), Some("1250025000 5000000"));
}

#[test]
fn an_aborted_or_rejected_copy_in_stores_nothing_and_frees_the_session() {
    let server = Server::start();
    let mut client = server.client();
    client.execute("CREATE TABLE t (i int)").unwrap();
    let mut copy = client.copy_in("COPY t FROM STDIN").unwrap();
    copy.write(b"1\n2\n").unwrap();
    copy.abort("the upstream failed").unwrap();

    let mut copy = client.copy_in("COPY t FROM STDIN").unwrap();
    copy.write(b"1\nnot a number\n3\n").unwrap();
    let error = copy.finish().unwrap_err();
    assert_eq!(error.sqlstate(), Some("22P02"));
    assert_eq!(error.server().unwrap().context.as_deref(), Some("COPY t, line 2, column i: \"not a number\""));
    assert_eq!(client.simple_query("SELECT count(*) FROM t").unwrap().single(), Some("0"));

    assert_eq!(client.copy_in("COPY missing FROM STDIN").err().unwrap().sqlstate(), Some("42P01"));
    assert!(client.copy_out("SELECT 1").is_err());
}

#[test]
fn an_abandoned_copy_blocks_the_session() {
    let server = Server::start();
    let mut client = server.client();
    drop(client.copy_out("COPY (SELECT 1) TO STDOUT").unwrap());
    assert!(matches!(client.simple_query("SELECT 1"), Err(PgError::Usage(_))));
}
