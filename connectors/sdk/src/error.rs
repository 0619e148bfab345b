//! Making errors, and telling them as Rust does.

use crate::arrow::ArrowError;
use crate::types::{BackoffClass, CommitState, ConnectorError, ErrorCategory, ErrorScope};

/// What nearly every function of a connector returns.
pub type Result<T, E = ConnectorError> = std::result::Result<T, E>;

macro_rules! constructors {
    ($($(#[$meta:meta])* $name:ident => $category:ident, retry: $retry:literal;)+) => {
        impl ConnectorError {
            $($(#[$meta])*
            pub fn $name(code: &str, message: impl Into<String>) -> Self {
                Self::new(ErrorCategory::$category, code, message).retryable($retry)
            })+
        }
    };
}

constructors! {
    /// The pipeline's configuration is wrong; the message names the key.
    config => Config, retry: false;
    /// The peer refused the credentials.
    auth => Auth, retry: false;
    /// The credentials are fine but lack a right.
    permission => Permission, retry: false;
    /// The peer asks for fewer calls; add [`ConnectorError::retry_after`].
    rate_limit => RateLimit, retry: true;
    /// The network failed.
    transient_network => TransientNetwork, retry: true;
    /// The database failed in a way that passes: a restart, a deadlock, too many connections.
    transient_db => TransientDb, retry: true;
    /// A value cannot be read, converted or stored.
    data => Data, retry: false;
    /// A stream, table, column or type is not as it must be.
    schema => Schema, retry: false;
    /// The run was cancelled.
    cancelled => Cancelled, retry: false;
    /// A defect in the connector or in its peer's protocol.
    internal => Internal, retry: false;
}

impl ConnectorError {
    /// An error about the whole stream that no retry can mend. The named constructors are shorter.
    pub fn new(category: ErrorCategory, code: &str, message: impl Into<String>) -> Self {
        Self {
            category,
            scope: ErrorScope::PerStream,
            code: code.to_owned(),
            message: message.into(),
            retryable: false,
            retry_after_ms: None,
            backoff: BackoffClass::Normal,
            safe_to_retry: false,
            commit_state: None,
            details: None,
        }
    }

    /// Whether another attempt may succeed, and then without losing or doubling a row. Take the
    /// latter back with [`ConnectorError::unsafe_to_retry`].
    pub fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self.safe_to_retry = retryable;
        self
    }

    /// A blind retry may lose or double rows.
    pub fn unsafe_to_retry(mut self) -> Self {
        self.safe_to_retry = false;
        self
    }

    /// How much is spoilt; the whole stream unless told.
    pub fn scope(mut self, scope: ErrorScope) -> Self {
        self.scope = scope;
        self
    }

    /// How long to wait before a retry; normal unless told.
    pub fn backoff(mut self, class: BackoffClass) -> Self {
        self.backoff = class;
        self
    }

    /// The peer's own wish for a pause.
    pub fn retry_after(mut self, milliseconds: u64) -> Self {
        self.retry_after_ms = Some(milliseconds);
        self
    }

    /// What is known of the transaction (I10). An unknown outcome is not safe to retry.
    pub fn commit_state(mut self, state: CommitState) -> Self {
        self.commit_state = Some(state);
        if state == CommitState::AfterCommitUnknown {
            self.safe_to_retry = false;
        }
        self
    }

    /// Further facts, a JSON object.
    pub fn details(mut self, facts: &serde_json::Value) -> Self {
        self.details = Some(facts.to_string());
        self
    }

    /// Puts what was being done in front of the message: `"reading users: connection lost"`.
    pub fn context(mut self, doing: &str) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }
}

impl std::fmt::Display for ConnectorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.category, self.message)
    }
}

impl std::error::Error for ConnectorError {}

/// So that a socket's errors pass through code that is written for `std::io`, and come back whole.
impl From<ConnectorError> for std::io::Error {
    fn from(error: ConnectorError) -> Self {
        std::io::Error::other(error)
    }
}

impl From<std::io::Error> for ConnectorError {
    fn from(error: std::io::Error) -> Self {
        if !error.get_ref().is_some_and(|inner| inner.is::<ConnectorError>()) {
            return ConnectorError::transient_network("net.io", error.to_string());
        }
        let inner = error.into_inner().and_then(|inner| inner.downcast().ok());
        *inner.expect("looked at above")
    }
}

/// Batches come from connectors, so a broken one is a defect, not bad data.
impl From<ArrowError> for ConnectorError {
    fn from(error: ArrowError) -> Self {
        let code = match &error {
            ArrowError::Malformed(_) => "arrow.malformed",
            ArrowError::Unsupported(_) => "arrow.unsupported",
            ArrowError::Invalid(_) => "arrow.invalid",
        };
        ConnectorError::internal(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_survive_code_that_speaks_std_io() {
        let error = ConnectorError::permission("net.denied", "connecting to x:1: not allowed");
        assert_eq!(ConnectorError::from(std::io::Error::from(error.clone())), error);
        let foreign = std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "cut off");
        let error = ConnectorError::from(foreign);
        assert_eq!((error.category, error.retryable), (ErrorCategory::TransientNetwork, true));
    }

    #[test]
    fn only_transient_errors_are_retried_unless_told() {
        assert!(!ConnectorError::auth("a", "b").retryable);
        assert!(!ConnectorError::schema("a", "b").safe_to_retry);
        let transient = ConnectorError::transient_db("a", "b").backoff(BackoffClass::Slow).retry_after(7);
        assert!(transient.retryable && transient.safe_to_retry);
        assert_eq!((transient.backoff, transient.retry_after_ms), (BackoffClass::Slow, Some(7)));
    }

    #[test]
    fn an_unknown_commit_is_not_safe_to_retry() {
        let error = ConnectorError::transient_network("pg.lost", "lost").commit_state(CommitState::AfterCommitUnknown);
        assert!(error.retryable && !error.safe_to_retry);
        let error = error.commit_state(CommitState::BeforeCommit).context("writing users");
        assert_eq!(error.to_string(), "pg.lost (transient-network): writing users: lost");
    }
}
