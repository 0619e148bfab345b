//! The TCP stream over real sockets.

use rapidbyte_sdk::types::{ErrorCategory, TlsOptions, TlsVerify};
use rapidbyte_sdk::TcpStream;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

/// Sends a greeting, gives back what it is sent until the end, and tells how many bytes that were.
fn echo(greeting: &'static [u8]) -> (u16, JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let server = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().expect("a peer");
        peer.write_all(greeting).expect("greets");
        let mut buffer = [0; 4096];
        let mut count = 0;
        loop {
            match peer.read(&mut buffer).expect("reads") {
                0 => return count,
                read => peer.write_all(&buffer[..read]).expect("writes"),
            }
            count += 1;
        }
    });
    (port, server)
}

#[test]
fn bytes_pass_in_order_and_dropping_closes() {
    let (port, server) = echo(b"");
    let mut stream = TcpStream::connect("127.0.0.1", port).expect("connects");
    stream.write_all(b"one two three").expect("writes");
    let mut word = [0; 4];
    stream.read_exact(&mut word).expect("reads");
    assert_eq!(&word, b"one ");
    let mut rest = Vec::new();
    while rest.len() < 9 {
        rest.extend(stream.read_chunk().expect("reads"));
    }
    assert_eq!(rest, b"two three");
    drop(stream);
    assert!(server.join().expect("no panic") >= 1);
}

#[test]
fn the_end_reads_as_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut stream = TcpStream::connect("127.0.0.1", listener.local_addr().expect("bound").port()).expect("connects");
    drop(listener.accept().expect("a peer"));
    assert_eq!(stream.read_chunk().expect("reads"), Vec::<u8>::new());
    assert_eq!(stream.read(&mut [0; 8]).expect("reads"), 0);
}

#[test]
fn an_unreachable_peer_is_a_transient_error() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound").port();
    let error = TcpStream::connect("127.0.0.1", port).expect_err("nobody listens");
    assert_eq!(error.category, ErrorCategory::TransientNetwork);
    assert!(error.message.contains(&format!("127.0.0.1:{port}")), "{error}");
}

#[test]
fn plain_text_read_ahead_of_tls_is_refused() {
    let (port, server) = echo(b"S and more");
    let mut stream = TcpStream::connect("127.0.0.1", port).expect("connects");
    stream.read_exact(&mut [0; 1]).expect("reads");
    let options = TlsOptions {
        server_name: "x".to_owned(),
        verify: TlsVerify::None,
        ca_pem: None,
        client_certificate_pem: None,
        client_key_pem: None,
    };
    assert_eq!(stream.start_tls(options).expect_err("unsafe").code, "net.data-before-tls");
    drop(stream);
    server.join().expect("no panic");
}
