use rapidbyte_pg::{default_port, ConnectOptions, SslMode};
use rapidbyte_sdk::names::MAX_IDENTIFIER_BYTES;
use rapidbyte_sdk::{ConnectorError, Result};
use serde::Deserialize;

/// The JSON object under `source.config`. The manifest's schema says the same; this is the guest's
/// own check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    host: String,
    #[serde(default = "default_port")]
    port: u16,
    user: String,
    #[serde(default)]
    password: Option<String>,
    database: String,
    /// Where streams without a schema of their own are looked for.
    #[serde(default = "default_schema")]
    pub schema: String,
    #[serde(default)]
    sslmode: SslMode,
    /// PEM of the authorities that verify-ca and verify-full trust.
    #[serde(default)]
    sslrootcert: Option<String>,
    /// PEM of the certificate that a server may ask for, and of its key.
    #[serde(default)]
    sslcert: Option<String>,
    #[serde(default)]
    sslkey: Option<String>,
    /// The longest a statement may run, COPY included; without it the server's own setting holds.
    #[serde(default)]
    statement_timeout_seconds: Option<u32>,
    #[serde(default)]
    pub resume: Resume,
    #[serde(default)]
    pub pass_through: PassThrough,
    /// Of streams of changes; without them they are derived from the pipeline's name.
    #[serde(default)]
    pub replication_slot: Option<String>,
    #[serde(default)]
    pub publication: Option<String>,
    /// More log than this, kept for the slot, is warned of.
    #[serde(default = "default_retained_wal_warning_mb")]
    pub retained_wal_warning_mb: u64,
    /// More than this is an error of `check`; none is no limit.
    #[serde(default)]
    pub retained_wal_limit_mb: Option<u64>,
}

/// Whether full refreshes are read in the order of the primary key, so that an unfinished one goes on
/// where it stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resume {
    /// Where it costs next to nothing.
    #[default]
    Auto,
    /// Wherever the key allows it.
    Key,
    Off,
}

/// Whether rows may pass as the server has sent them, for another PostgreSQL to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PassThrough {
    /// Where the destination takes them so.
    #[default]
    Auto,
    Off,
}

fn default_retained_wal_warning_mb() -> u64 {
    1024
}

fn default_schema() -> String {
    "public".to_owned()
}

impl Config {
    /// What the settings' types do not say.
    pub fn check(&self) -> Result<()> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        match &self.replication_slot {
            Some(slot) if slot.is_empty() || slot.len() > MAX_IDENTIFIER_BYTES || !slot.bytes().all(fits) => {
                let message = format!(
                    "replication_slot {slot:?}: a slot's name has 1 to {MAX_IDENTIFIER_BYTES} lower-case letters, digits and \
                     underscores"
                );
                Err(ConnectorError::config("pg.bad-slot-name", message))
            }
            _ => Ok(()),
        }
    }

    pub fn connect_options(&self) -> ConnectOptions {
        let mut options = ConnectOptions::new(&self.host, self.port, &self.user, &self.database);
        options.password.clone_from(&self.password);
        options.ssl_mode = self.sslmode;
        options.ssl_root_cert.clone_from(&self.sslrootcert);
        options.ssl_cert.clone_from(&self.sslcert);
        options.ssl_key.clone_from(&self.sslkey);
        if let Some(seconds) = self.statement_timeout_seconds {
            options.parameters.push(("statement_timeout".to_owned(), format!("{seconds}s")));
        }
        options
    }
}
