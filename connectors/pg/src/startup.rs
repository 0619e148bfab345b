//! From an open transport to a session that takes requests: TLS, startup, authentication.

use std::io;

use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256, SCRAM_SHA_256};
use postgres_protocol::message::frontend;
use rapidbyte_sdk::names::quote_literal;

use crate::client::{Client, Head};
use crate::error::{PgError, Result};
use crate::host::is_cancelled;
use crate::options::{ConnectOptions, SslMode};
use crate::rows::utf8;
use crate::transport::{TlsRequest, Transport};
use crate::wire::{tag, Body};

/// Sent in the startup message; those that a connection pooler passes on.
const STARTUP_PARAMETERS: [(&str, &str); 4] =
    [("application_name", "rapidbyte"), ("client_encoding", "UTF8"), ("DateStyle", "ISO, YMD"), ("TimeZone", "UTC")];

/// Set once the session stands. With those above they fix how the server prints values, whatever
/// its configuration says; 3 more float digits mean the shortest exact form.
const SESSION_PARAMETERS: [(&str, &str); 5] = [
    ("IntervalStyle", "postgres"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("lc_monetary", "C"),
    ("standard_conforming_strings", "on"),
];

/// The most SCRAM iterations that are worked through: two thousand times the server's default.
/// More is a server that wants to keep a guest busy.
const MAX_SCRAM_ITERATIONS: u64 = 10_000_000;

/// The authentication codes of an `R` message.
mod method {
    pub const OK: i32 = 0;
    pub const CLEARTEXT: i32 = 3;
    pub const MD5: i32 = 5;
    pub const SASL: i32 = 10;
    pub const SASL_CONTINUE: i32 = 11;
    pub const SASL_FINAL: i32 = 12;
}

impl<T: Transport> Client<T> {
    /// Opens a session. `open` opens a transport to the server; it is called a second time when
    /// `sslmode=prefer` finds that the first cannot be encrypted after all.
    pub fn connect(options: &ConnectOptions, mut open: impl FnMut() -> io::Result<T>) -> Result<Client<T>> {
        match Client::attempt(options, options.ssl_mode, &mut open) {
            Err(PgError::Tls { .. }) if options.ssl_mode == SslMode::Prefer => {
                Client::attempt(options, SslMode::Disable, &mut open)
            }
            other => other,
        }
    }

    fn attempt(
        options: &ConnectOptions,
        ssl_mode: SslMode,
        open: &mut impl FnMut() -> io::Result<T>,
    ) -> Result<Client<T>> {
        let io =
            open().map_err(|cause| PgError::Io { doing: format!("connecting to {}", options.address()), cause })?;
        let mut client = Client::over(io, options);
        if ssl_mode != SslMode::Disable {
            client.request_tls(options, ssl_mode)?;
        }
        client.start(options)?;
        client.authenticate(options)?;
        client.settle()?;
        client.set_parameters(options)?;
        Ok(client)
    }

    fn request_tls(&mut self, options: &ConnectOptions, ssl_mode: SslMode) -> Result<()> {
        frontend::ssl_request(&mut self.out);
        self.flush("asking for TLS at")?;
        if let Err(cause) = self.received.fill_to(&mut self.io, 1) {
            return Err(self.lost("asking for TLS at", cause));
        }
        // More than the one byte would be plain text smuggled in front of the encrypted session.
        let answer = match self.received.filled() {
            [answer] => *answer,
            _ => return Err(self.broken("data follows the answer to SSLRequest")),
        };
        self.received.consume(1);
        match answer {
            b'S' => {
                let request = TlsRequest {
                    server_name: options.host.clone(),
                    verify: ssl_mode.verify(),
                    ca_pem: options.ssl_root_cert.clone(),
                    client_certificate_pem: options.ssl_cert.clone(),
                    client_key_pem: options.ssl_key.clone(),
                };
                self.io.start_tls(&request).map_err(|cause| self.tls_failed(cause))?;
                self.encrypted = true;
                Ok(())
            }
            b'N' if ssl_mode == SslMode::Prefer => Ok(()),
            b'N' => Err(PgError::Tls {
                message: format!(
                    "the server {} offers no TLS; switch it on there, or set sslmode to disable or prefer",
                    self.address
                ),
                cause: None,
            }),
            _ => Err(self.broken("the answer to SSLRequest is neither S nor N; is this a PostgreSQL server?")),
        }
    }

    fn tls_failed(&mut self, cause: io::Error) -> PgError {
        if is_cancelled(&cause) {
            return self.lost("encrypting the connection to", cause);
        }
        let message = format!("the TLS handshake with {} failed: {cause}", self.address);
        PgError::Tls { message, cause: Some(cause) }
    }

    fn start(&mut self, options: &ConnectOptions) -> Result<()> {
        let own = [("user", options.user.as_str()), ("database", options.database.as_str())];
        frontend::startup_message(own.into_iter().chain(STARTUP_PARAMETERS), &mut self.out)
            .map_err(|_| PgError::Usage("user and database must not hold a zero byte".to_owned()))?;
        self.flush("starting a session with")
    }

    fn authenticate(&mut self, options: &ConnectOptions) -> Result<()> {
        let mut scram = Scram::Idle;
        loop {
            let head = self.next_message()?;
            match head.tag {
                tag::AUTHENTICATION => {}
                tag::NEGOTIATE_PROTOCOL => {
                    self.consume(head);
                    continue;
                }
                tag::ERROR => return Err(self.server_error(head)),
                _ => return Err(self.unexpected(head, "authentication")),
            }
            if self.authentication_step(options, head, &mut scram)? {
                return Ok(());
            }
        }
    }

    /// Answers one authentication message; true once the server is satisfied.
    fn authentication_step(&mut self, options: &ConnectOptions, head: Head, scram: &mut Scram) -> Result<bool> {
        let mut body = Body::new(self.body(head));
        let asked = body.i32()?;
        let data = body.rest().to_vec();
        self.consume(head);
        match asked {
            method::OK => {
                // A server that proved nothing after SCRAM began may not know the password.
                if matches!(scram, Scram::Running(_)) {
                    return Err(self.auth_failed("broke SCRAM off without proving that it knows the password"));
                }
                return Ok(true);
            }
            method::CLEARTEXT => {
                let password = self.password(options)?;
                self.send_password(password.as_bytes())?;
            }
            method::MD5 => {
                let password = self.password(options)?;
                let salt: [u8; 4] = data.try_into().map_err(|_| self.broken("the md5 salt has not four bytes"))?;
                let hash = md5_hash(options.user.as_bytes(), password.as_bytes(), salt);
                self.send_password(hash.as_bytes())?;
            }
            method::SASL => {
                let offered = data.split(|b| *b == 0).any(|name| name == SCRAM_SHA_256.as_bytes());
                if !offered {
                    return Err(self.auth_failed("offers no SCRAM-SHA-256"));
                }
                let password = self.password(options)?;
                // TLS ends in the host, so there is no channel here to bind to.
                let exchange = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
                frontend::sasl_initial_response(SCRAM_SHA_256, exchange.message(), &mut self.out)
                    .map_err(|_| PgError::protocol("the SCRAM message is too long"))?;
                self.flush("authenticating at")?;
                *scram = Scram::Running(Box::new(exchange));
            }
            method::SASL_CONTINUE => self.continue_scram(scram, &data)?,
            method::SASL_FINAL => {
                let Scram::Running(mut exchange) = std::mem::replace(scram, Scram::Proven) else {
                    return Err(self.broken("SCRAM ended before it began"));
                };
                exchange.finish(&data).map_err(|_| self.auth_failed("did not prove that it knows the password"))?;
            }
            other => {
                let message =
                    format!("asks for authentication method {other}; supported are password, md5 and SCRAM-SHA-256");
                return Err(self.auth_failed(&message));
            }
        }
        Ok(false)
    }

    fn continue_scram(&mut self, scram: &mut Scram, data: &[u8]) -> Result<()> {
        let Scram::Running(exchange) = scram else {
            return Err(self.broken("SCRAM went on before it began"));
        };
        if iterations(data).is_some_and(|count| count > MAX_SCRAM_ITERATIONS) {
            return Err(self.auth_failed("asks for more than ten million SCRAM iterations"));
        }
        if exchange.update(data).is_err() {
            return Err(self.broken("the SCRAM challenge is malformed"));
        }
        frontend::sasl_response(exchange.message(), &mut self.out)
            .map_err(|_| PgError::protocol("the SCRAM message is too long"))?;
        self.flush("authenticating at")
    }

    fn password<'o>(&mut self, options: &'o ConnectOptions) -> Result<&'o str> {
        match options.password.as_deref() {
            Some(password) => Ok(password),
            None => {
                Err(self.auth_failed(&format!("asks user \"{}\" for a password and none is configured", options.user)))
            }
        }
    }

    fn send_password(&mut self, password: &[u8]) -> Result<()> {
        frontend::password_message(password, &mut self.out)
            .map_err(|_| PgError::Usage("the password must not hold a zero byte".to_owned()))?;
        self.flush("authenticating at")
    }

    fn auth_failed(&mut self, what: &str) -> PgError {
        self.phase = crate::client::Phase::Broken;
        PgError::Auth(format!("the server {} {what}", self.address))
    }

    /// Waits for the server to be ready for the first request.
    fn settle(&mut self) -> Result<()> {
        loop {
            let head = self.next_message()?;
            match head.tag {
                tag::BACKEND_KEY_DATA => self.consume(head),
                tag::READY_FOR_QUERY => break self.ready(head)?,
                tag::ERROR => return Err(self.server_error(head)),
                _ => return Err(self.unexpected(head, "the start of the session")),
            }
        }
        match self.parameter("client_encoding") {
            Some("UTF8") | None => Ok(()),
            Some(other) => {
                let message = format!("the session's encoding is {other} although UTF8 was asked for");
                Err(self.broken(&message))
            }
        }
    }
}

impl<T: Transport> Client<T> {
    /// Sets the session's parameters in one round trip.
    fn set_parameters(&mut self, options: &ConnectOptions) -> Result<()> {
        let further = options.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let settings: Vec<String> = SESSION_PARAMETERS
            .into_iter()
            .chain(further)
            .map(|(name, value)| format!("set_config({}, {}, false)", quote_literal(name), quote_literal(value)))
            .collect();
        self.execute(&format!("SELECT {}", settings.join(", ")))?;
        Ok(())
    }
}

/// How far the SCRAM exchange is.
enum Scram {
    Idle,
    Running(Box<ScramSha256>),
    Proven,
}

/// The `i=` attribute of a server-first-message.
fn iterations(message: &[u8]) -> Option<u64> {
    utf8(message).ok()?.split(',').find_map(|attribute| attribute.strip_prefix("i="))?.parse().ok()
}
