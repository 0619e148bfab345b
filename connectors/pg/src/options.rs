use std::fmt;

use serde::Deserialize;

use crate::transport::Verify;

/// The most bytes of one server message that is not row data of a COPY.
///
/// PostgreSQL itself allows 1 GiB. Catalog rows and error reports stay far below this; the cap
/// keeps a hostile server from filling the guest's memory.
pub const MAX_MESSAGE_BYTES: usize = 64 << 20;

/// PostgreSQL's registered port; a function, for settings that leave it out.
pub fn default_port() -> u16 {
    5432
}

/// Whether the connection is encrypted, as libpq's `sslmode` and in its spelling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SslMode {
    /// Plain text.
    Disable,
    /// Encrypt if the server offers it and the handshake succeeds, else carry on in plain text.
    #[default]
    Prefer,
    /// Encrypt or fail; any certificate is trusted.
    Require,
    /// Encrypt, and the certificate must chain to a trusted authority.
    VerifyCa,
    /// Encrypt, and the certificate must also name the host.
    VerifyFull,
}

impl SslMode {
    pub(crate) fn verify(self) -> Verify {
        match self {
            SslMode::Disable | SslMode::Prefer | SslMode::Require => Verify::None,
            SslMode::VerifyCa => Verify::Ca,
            SslMode::VerifyFull => Verify::Full,
        }
    }
}

/// Whom to connect as, and how.
#[derive(Clone)]
pub struct ConnectOptions {
    /// Named in errors and in the TLS handshake; the transport is opened by the caller.
    pub host: String,
    /// Named in errors.
    pub port: u16,
    /// The role to log in as.
    pub user: String,
    /// Asked for only where the server wants one.
    pub password: Option<String>,
    /// The database to work in.
    pub database: String,
    /// Whether to encrypt.
    pub ssl_mode: SslMode,
    /// PEM of the authorities that `verify-ca` and `verify-full` trust instead of the system's.
    pub ssl_root_cert: Option<String>,
    /// PEM of the client's certificate, for servers that ask for one; never without `ssl_key`.
    pub ssl_cert: Option<String>,
    /// PEM of its key.
    pub ssl_key: Option<String>,
    /// Further run-time parameters, set after the client's own once the session stands.
    pub parameters: Vec<(String, String)>,
    /// The most bytes of one COPY message, that is of one row. Larger is an error.
    pub max_copy_message_bytes: usize,
}

impl ConnectOptions {
    /// Options with `sslmode=prefer`, no password and no further parameters.
    pub fn new(host: &str, port: u16, user: &str, database: &str) -> ConnectOptions {
        ConnectOptions {
            host: host.to_owned(),
            port,
            user: user.to_owned(),
            password: None,
            database: database.to_owned(),
            ssl_mode: SslMode::Prefer,
            ssl_root_cert: None,
            ssl_cert: None,
            ssl_key: None,
            parameters: Vec::new(),
            max_copy_message_bytes: MAX_MESSAGE_BYTES,
        }
    }

    /// `host:port`, an IPv6 address in brackets.
    pub fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// Leaves the password and the key out (I31).
impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectOptions")
            .field("address", &self.address())
            .field("user", &self.user)
            .field("database", &self.database)
            .field("ssl_mode", &self.ssl_mode)
            .finish_non_exhaustive()
    }
}
