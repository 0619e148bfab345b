use std::io::{self, Read, Write};

/// How far the server's certificate is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Encrypt, but trust any certificate.
    None,
    /// The certificate must chain to a trusted authority.
    Ca,
    /// And it must name the server.
    Full,
}

/// What a transport needs to know to switch to TLS.
#[derive(Clone)]
pub struct TlsRequest {
    /// The host name as configured; sent as SNI.
    pub server_name: String,
    /// How far the certificate is believed.
    pub verify: Verify,
    /// PEM of the authorities to trust instead of the system's.
    pub ca_pem: Option<String>,
    /// PEM of the certificate to show to a server that asks for one; with `client_key_pem` or not at all.
    pub client_certificate_pem: Option<String>,
    /// PEM of its key.
    pub client_key_pem: Option<String>,
}

/// A connected byte stream that can be encrypted from some point on.
///
/// `read` blocks until there is at least one byte and returns 0 only at the end of the stream;
/// `write` may be partial. Dropping the transport closes it.
pub trait Transport: Read + Write {
    /// Does the TLS handshake; what is read and written afterwards is plain text to the caller.
    fn start_tls(&mut self, request: &TlsRequest) -> io::Result<()>;
}
