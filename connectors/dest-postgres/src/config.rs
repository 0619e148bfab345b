use rapidbyte_pg::{default_port, ConnectOptions, SslMode};
use serde::Deserialize;

/// The JSON object under `destination.config`. The manifest's schema says the same; this is the
/// guest's own check.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    host: String,
    #[serde(default = "default_port")]
    port: u16,
    user: String,
    #[serde(default)]
    password: Option<String>,
    database: String,
    /// Where the tables are.
    #[serde(default = "default_schema")]
    pub(crate) schema: String,
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
    #[serde(default)]
    pub(crate) load_method: LoadMethod,
    /// What becomes of a row that the source has deleted, where changes are applied.
    #[serde(default)]
    pub(crate) deletes: Deletes,
    /// As `pg_stat_activity` shows it.
    #[serde(default)]
    application_name: Option<String>,
}

/// How rows travel to the server.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LoadMethod {
    #[default]
    Copy,
    Insert,
}

/// Of a row that the source has deleted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Deletes {
    /// It is deleted.
    #[default]
    Hard,
    /// It stays, marked as deleted.
    Soft,
}

fn default_schema() -> String {
    "public".to_owned()
}

impl Config {
    pub(crate) fn connect_options(&self) -> ConnectOptions {
        let mut options = ConnectOptions::new(&self.host, self.port, &self.user, &self.database);
        options.password.clone_from(&self.password);
        options.ssl_mode = self.sslmode;
        options.ssl_root_cert.clone_from(&self.sslrootcert);
        options.ssl_cert.clone_from(&self.sslcert);
        options.ssl_key.clone_from(&self.sslkey);
        // A load waits for its source as long as that takes, whatever the role's defaults are.
        for name in ["statement_timeout", "idle_in_transaction_session_timeout"] {
            options.parameters.push((name.to_owned(), "0".to_owned()));
        }
        // A receipt that another run has just taken over must look so, not fail as a conflict.
        options.parameters.push(("default_transaction_isolation".to_owned(), "read committed".to_owned()));
        if let Some(name) = &self.application_name {
            options.parameters.push(("application_name".to_owned(), name.clone()));
        }
        options
    }
}
