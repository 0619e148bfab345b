use std::error::Error;
use std::fmt;
use std::io;

use crate::rows::utf8;
use crate::wire::Body;

/// What this client's calls return.
pub type Result<T> = std::result::Result<T, PgError>;

/// What can go wrong between this client and a server. A variant says who has to act.
#[derive(Debug)]
pub enum PgError {
    /// The server answered with an error.
    Server(Box<ServerError>),
    /// The connection broke, could not be opened, or the host refused it.
    Io {
        /// What was being done, such as `reading from 127.0.0.1:5432`.
        doing: String,
        /// What happened.
        cause: io::Error,
    },
    /// TLS could not be had where it was asked for.
    Tls {
        /// What happened, and what to do.
        message: String,
        /// The handshake's failure; none where the server offers no TLS.
        cause: Option<io::Error>,
    },
    /// The server wants a kind of authentication that this client lacks, or proved not to know
    /// the password itself.
    Auth(String),
    /// The server broke the protocol.
    Protocol(String),
    /// One row of a COPY is larger than the limit.
    RowTooLarge {
        /// Of the row's message.
        bytes: u64,
        /// As the options have it.
        limit: u64,
    },
    /// The caller asked for something impossible, such as a zero byte in a query.
    Usage(String),
}

impl PgError {
    pub(crate) fn protocol(message: &str) -> PgError {
        PgError::Protocol(message.to_owned())
    }

    /// The server's report, if the server made one.
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            PgError::Server(error) => Some(error),
            _ => None,
        }
    }

    /// The five-character SQLSTATE, if the server gave one.
    pub fn sqlstate(&self) -> Option<&str> {
        self.server().map(|error| error.sqlstate.as_str())
    }

    /// Whether the connection is gone.
    pub fn is_connection_lost(&self) -> bool {
        match self {
            PgError::Io { .. } => true,
            PgError::Server(error) => error.is_fatal(),
            _ => false,
        }
    }
}

impl fmt::Display for PgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PgError::Server(error) => error.fmt(f),
            PgError::Io { doing, cause } if cause.kind() == io::ErrorKind::UnexpectedEof => {
                write!(f, "while {doing}: the server closed the connection")
            }
            PgError::Io { doing, cause } => write!(f, "while {doing}: {cause}"),
            PgError::Tls { message, .. } | PgError::Auth(message) | PgError::Usage(message) => f.write_str(message),
            PgError::Protocol(message) => write!(f, "the server broke the PostgreSQL protocol: {message}"),
            PgError::RowTooLarge { bytes, limit } => {
                write!(f, "a row of {bytes} bytes is larger than the limit of {limit} bytes")
            }
        }
    }
}

impl Error for PgError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            PgError::Io { cause, .. } | PgError::Tls { cause: Some(cause), .. } => Some(cause),
            _ => None,
        }
    }
}

/// The fields of an ErrorResponse or NoticeResponse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerError {
    /// `ERROR`, `FATAL`, `PANIC`, or a notice's `WARNING`, `NOTICE`…, never translated.
    pub severity: String,
    /// Five characters that stay the same in every language.
    pub sqlstate: String,
    /// What happened, in the server's language.
    pub message: String,
    /// More about it; may quote the row's values.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The schema it concerns.
    pub schema: Option<String>,
    /// The table it concerns.
    pub table: Option<String>,
    /// The column it concerns.
    pub column: Option<String>,
    /// The type it concerns.
    pub data_type: Option<String>,
    /// The constraint that was violated.
    pub constraint: Option<String>,
    /// Where in the query, in characters from 1.
    pub position: Option<String>,
    /// The call stack; for COPY it names the line and the column.
    pub context: Option<String>,
}

impl ServerError {
    /// Whether the server ends the session with this.
    pub fn is_fatal(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC")
    }

    /// The line of a COPY that the context names, counted from 1. Only a hint: the context is a text in the
    /// server's language.
    pub fn copy_line(&self) -> Option<usize> {
        let last = self.context.as_ref()?.lines().last()?;
        let tail = last.strip_prefix("COPY ")?.split_once(", ")?.1;
        let number = tail.trim_start_matches(|c: char| !c.is_ascii_digit());
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        number[..end].parse().ok()
    }

    pub(crate) fn parse(body: &[u8]) -> Result<ServerError> {
        let mut body = Body::new(body);
        let mut error = ServerError::default();
        loop {
            let field = body.u8()?;
            if field == 0 {
                return Ok(error);
            }
            let bytes = body.cstr()?;
            // Before the encoding is agreed the server may use its own.
            let value = || String::from_utf8_lossy(bytes).into_owned();
            match field {
                // `S` is translated, `V` is not; `V` comes second and wins.
                b'S' | b'V' => error.severity = value(),
                b'C' => error.sqlstate = utf8(bytes)?.to_owned(),
                b'M' => error.message = value(),
                b'D' => error.detail = Some(value()),
                b'H' => error.hint = Some(value()),
                b's' => error.schema = Some(value()),
                b't' => error.table = Some(value()),
                b'c' => error.column = Some(value()),
                b'd' => error.data_type = Some(value()),
                b'n' => error.constraint = Some(value()),
                b'P' => error.position = Some(value()),
                b'W' => error.context = Some(value()),
                _ => {}
            }
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", self.message, self.sqlstate)?;
        if let Some(detail) = &self.detail {
            write!(f, "; {detail}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "; hint: {hint}")?;
        }
        if let Some(context) = &self.context {
            write!(f, "; {context}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_copy_is_read_in_any_language() {
        for (context, line) in [
            ("COPY t, line 12, column n: \"x 9\"", Some(12)),
            ("PL/pgSQL function f() line 3 at RAISE\nCOPY t, Zeile 4", Some(4)),
            ("COPY t", None),
            ("COPY t, somewhere", None),
            ("COPY t, line 99999999999999999999999", None),
            ("SQL statement \"SELECT 1\"", None),
            ("", None),
        ] {
            let error = ServerError { context: Some(context.to_owned()), ..ServerError::default() };
            assert_eq!(error.copy_line(), line, "{context}");
        }
        assert_eq!(ServerError::default().copy_line(), None);
    }
}
