//! The client over the SDK's sockets, and its errors in the contract's terms.

use std::io;

use rapidbyte_sdk::host::{self, phases};
use rapidbyte_sdk::types::{BackoffClass, ErrorCategory, TlsOptions, TlsVerify};
use rapidbyte_sdk::{ConnectorError, TcpStream};

use crate::error::{PgError, ServerError};
use crate::transport::{TlsRequest, Transport, Verify};
use crate::{Client, ConnectOptions};

impl Transport for TcpStream {
    fn start_tls(&mut self, request: &TlsRequest) -> io::Result<()> {
        let verify = match request.verify {
            Verify::None => TlsVerify::None,
            Verify::Ca => TlsVerify::Ca,
            Verify::Full => TlsVerify::Full,
        };
        let options = TlsOptions {
            server_name: request.server_name.clone(),
            verify,
            ca_pem: request.ca_pem.clone(),
            client_certificate_pem: request.client_certificate_pem.clone(),
            client_key_pem: request.client_key_pem.clone(),
        };
        TcpStream::start_tls(self, options).map_err(io::Error::from)
    }
}

impl Client<TcpStream> {
    /// Opens a session through the host's sockets.
    pub fn connect_through_host(options: &ConnectOptions) -> crate::Result<Client<TcpStream>> {
        host::phase(phases::CONNECT);
        let client = Client::connect(options, || Ok(TcpStream::connect(&options.host, options.port)?))?;
        host::phase(phases::QUERY);
        Ok(client)
    }
}

/// Says who has to act: by SQLSTATE where the server reported, as the host said where it refused
/// a call, `transient-network` where the connection was lost.
///
/// The result is safe to retry where it is retryable; a caller with a transaction under way sets
/// its commit state.
impl From<PgError> for ConnectorError {
    fn from(error: PgError) -> ConnectorError {
        let message = error.to_string();
        match error {
            PgError::Server(report) => from_report(&report, message),
            PgError::Io { doing, cause } => match host_error(cause) {
                Ok(reported) => reported.context(&format!("while {doing}")),
                Err(_) => ConnectorError::transient_network("pg.connection-lost", message),
            },
            PgError::Tls { cause: Some(cause), .. } => match host_error(cause) {
                Ok(mut reported) => {
                    reported.message = message;
                    reported
                }
                Err(_) => ConnectorError::config("pg.tls-failed", message),
            },
            PgError::Tls { cause: None, .. } => ConnectorError::config("pg.tls-not-offered", message),
            PgError::Auth(_) => ConnectorError::auth("pg.auth-failed", message),
            PgError::Protocol(_) => ConnectorError::internal("pg.protocol", message),
            PgError::RowTooLarge { .. } => ConnectorError::data("pg.row-too-large", message),
            PgError::Usage(_) => ConnectorError::internal("pg.usage", message),
        }
    }
}

/// The host's own error inside an I/O error, if that is what it is.
fn host_error(cause: io::Error) -> Result<ConnectorError, io::Error> {
    if cause.get_ref().is_some_and(|inner| inner.is::<ConnectorError>()) {
        Ok(ConnectorError::from(cause))
    } else {
        Err(cause)
    }
}

/// Whether the host ended a call because the run was cancelled.
pub(crate) fn is_cancelled(cause: &io::Error) -> bool {
    let inner = cause.get_ref().and_then(|inner| inner.downcast_ref::<ConnectorError>());
    inner.is_some_and(|error| error.category == ErrorCategory::Cancelled)
}

fn from_report(report: &ServerError, message: String) -> ConnectorError {
    let (category, code) = classify(&report.sqlstate);
    let transient = matches!(category, ErrorCategory::TransientDb | ErrorCategory::TransientNetwork);
    let code = code.map_or_else(|| format!("pg.sqlstate-{}", report.sqlstate), str::to_owned);
    let error = ConnectorError::new(category, &code, message).retryable(transient);
    let error = error.details(&facts(report));
    match report.sqlstate.as_str() {
        // Deadlocks and serialisation failures are over once one side has lost.
        "40001" | "40P01" => error.backoff(BackoffClass::Fast),
        // Resources take a while to be freed.
        state if state.starts_with("53") => error.backoff(BackoffClass::Slow),
        _ => error,
    }
}

/// Who has to act on a SQLSTATE, and a name for the common ones. Classes and codes are those of
/// the appendix "PostgreSQL Error Codes" of its manual.
fn classify(sqlstate: &str) -> (ErrorCategory, Option<&'static str>) {
    use ErrorCategory::{Auth, Config, Data, Internal, Permission, Schema, TransientDb, TransientNetwork};
    match sqlstate {
        "28000" | "28P01" => return (Auth, Some("pg.auth-failed")),
        "42501" => return (Permission, Some("pg.permission-denied")),
        "3D000" => return (Schema, Some("pg.database-not-found")),
        "3F000" => return (Schema, Some("pg.schema-not-found")),
        "42P01" => return (Schema, Some("pg.table-not-found")),
        "42703" => return (Schema, Some("pg.column-not-found")),
        "53300" => return (TransientDb, Some("pg.too-many-connections")),
        "57014" => return (TransientDb, Some("pg.query-cancelled")),
        "57P01" | "57P02" | "57P05" => return (TransientDb, Some("pg.server-shut-down")),
        "57P03" => return (TransientDb, Some("pg.server-starting")),
        // Syntax errors are ours: users write no SQL.
        "42601" => return (Internal, None),
        // A standby refuses to write; another server must be named.
        "25006" => return (Config, Some("pg.read-only-server")),
        "55P03" => return (TransientDb, Some("pg.lock-timeout")),
        "55006" => return (TransientDb, None),
        _ => {}
    }
    let category = match sqlstate.get(..2).unwrap_or_default() {
        "08" => TransientNetwork,
        "28" => Auth,
        "0L" | "0P" => Permission,
        "0A" | "2B" | "42" => Schema,
        "40" | "53" | "57" | "58" => TransientDb,
        "21" | "22" | "23" | "44" | "54" | "P0" => Data,
        "F0" => Config,
        _ => Internal,
    };
    (category, None)
}

fn facts(report: &ServerError) -> serde_json::Value {
    use serde_json::{Map, Value};
    let mut facts = Map::new();
    facts.insert("sqlstate".to_owned(), Value::from(report.sqlstate.as_str()));
    let optional = [
        ("schema", &report.schema),
        ("table", &report.table),
        ("column", &report.column),
        ("data_type", &report.data_type),
        ("constraint", &report.constraint),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            facts.insert(name.to_owned(), Value::from(value.as_str()));
        }
    }
    Value::Object(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sqlstate: &str) -> ConnectorError {
        let report = ServerError { sqlstate: sqlstate.to_owned(), ..ServerError::default() };
        PgError::Server(Box::new(report)).into()
    }

    #[test]
    fn sqlstates_say_who_has_to_act() {
        use ErrorCategory::*;
        let expected = [
            ("28P01", Auth, false),
            ("28000", Auth, false),
            ("42501", Permission, false),
            ("3D000", Schema, false),
            ("3F000", Schema, false),
            ("42P01", Schema, false),
            ("42703", Schema, false),
            ("42601", Internal, false),
            ("22003", Data, false),
            ("23505", Data, false),
            ("40001", TransientDb, true),
            ("57P01", TransientDb, true),
            ("53300", TransientDb, true),
            ("53100", TransientDb, true),
            ("08006", TransientNetwork, true),
            ("XX000", Internal, false),
            ("", Internal, false),
        ];
        for (sqlstate, category, retryable) in expected {
            let error = of(sqlstate);
            assert_eq!((error.category, error.retryable), (category, retryable), "{sqlstate}");
            assert_eq!(error.safe_to_retry, retryable, "{sqlstate}");
        }
    }

    #[test]
    fn the_hosts_own_errors_come_back_whole() {
        let refused = ConnectorError::permission("net.denied", "example.org is not allowed");
        let cause = io::Error::from(refused);
        let error: ConnectorError = PgError::Io { doing: "connecting to example.org:5432".to_owned(), cause }.into();
        assert_eq!(error.category, ErrorCategory::Permission);
        assert_eq!(error.code, "net.denied");
        assert!(error.message.starts_with("while connecting to example.org:5432: "), "{}", error.message);
    }

    #[test]
    fn a_lost_connection_is_transient() {
        let cause = io::ErrorKind::UnexpectedEof.into();
        let error: ConnectorError = PgError::Io { doing: "reading from db:5432".to_owned(), cause }.into();
        assert_eq!(error.category, ErrorCategory::TransientNetwork);
        assert!(error.retryable && error.safe_to_retry);
        assert_eq!(error.message, "while reading from db:5432: the server closed the connection");
    }
}
