use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use rapidbyte_pg::{TlsRequest, Transport, Verify};

/// Wraps the connected socket on stdin in TLS and relays its plain text over the socket on stdout.
/// One byte says that the handshake is done.
const RELAY: &str = r#"
import socket, ssl, sys, threading
verify, name = sys.argv[1:3]
inner = socket.socket(fileno=1)
context = ssl.create_default_context()
if verify != "full":
    context.check_hostname = False
if verify == "none":
    context.verify_mode = ssl.CERT_NONE
outer = context.wrap_socket(socket.socket(fileno=0), server_hostname=name)
inner.sendall(b"+")
def pump(source, sink):
    try:
        while True:
            data = source.recv(1 << 16)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    try:
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
threading.Thread(target=pump, args=(inner, outer), daemon=True).start()
pump(outer, inner)
"#;

/// A TCP connection that can switch to TLS by way of Python's `ssl` module, which keeps a TLS
/// library out of the connectors' dependencies.
pub struct Tcp {
    link: Link,
}

enum Link {
    Plain(TcpStream),
    Encrypted {
        relay: Child,
        plain_text: UnixStream,
    },
    /// While switching.
    None,
}

impl Tcp {
    /// Opens a connection in plain text.
    pub fn connect(host: &str, port: u16) -> io::Result<Tcp> {
        let stream = TcpStream::connect((host, port))?;
        stream.set_nodelay(true)?;
        Ok(Tcp { link: Link::Plain(stream) })
    }
}

impl Read for Tcp {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.link {
            Link::Plain(stream) => stream.read(out),
            Link::Encrypted { plain_text, .. } => plain_text.read(out),
            Link::None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Write for Tcp {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.link {
            Link::Plain(stream) => stream.write(bytes),
            Link::Encrypted { plain_text, .. } => plain_text.write(bytes),
            Link::None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Tcp {
    fn start_tls(&mut self, request: &TlsRequest) -> io::Result<()> {
        let Link::Plain(stream) = std::mem::replace(&mut self.link, Link::None) else {
            return Err(io::Error::other("TLS was started twice"));
        };
        let verify = match request.verify {
            Verify::None => "none",
            Verify::Ca => "ca",
            Verify::Full => "full",
        };
        let (mut ours, theirs) = UnixStream::pair()?;
        let mut relay = Command::new("python3")
            .args(["-c", RELAY, verify, &request.server_name])
            .stdin(Stdio::from(OwnedFd::from(stream)))
            .stdout(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::null())
            .spawn()?;
        let mut done = [0];
        if ours.read_exact(&mut done).is_err() {
            let _ = relay.kill();
            let _ = relay.wait();
            return Err(io::Error::other("the handshake was not completed"));
        }
        self.link = Link::Encrypted { relay, plain_text: ours };
        Ok(())
    }
}

impl Drop for Tcp {
    fn drop(&mut self) {
        if let Link::Encrypted { relay, plain_text } = &mut self.link {
            let _ = plain_text.shutdown(std::net::Shutdown::Both);
            let _ = relay.kill();
            let _ = relay.wait();
        }
    }
}
