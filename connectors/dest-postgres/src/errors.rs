//! Errors in the contract's terms, with what was being done in front.

use rapidbyte_pg::PgError;
use rapidbyte_sdk::types::{CommitState, ErrorCategory};
use rapidbyte_sdk::ConnectorError;

/// A failure before COMMIT was sent: nothing of this stream is visible (I10).
pub(crate) fn before_commit(doing: &str, error: PgError) -> ConnectorError {
    ConnectorError::from(error).context(doing).commit_state(CommitState::BeforeCommit)
}

/// A failure of COMMIT itself. The server's own refusal, such as a violated deferred constraint,
/// is a rollback; a connection that was lost while waiting for the answer leaves it open, and only the
/// receipt can tell (I10).
pub(crate) fn during_commit(doing: &str, error: PgError) -> ConnectorError {
    let refused = error.server().is_some_and(|report| !report.is_fatal());
    if refused {
        return before_commit(doing, error);
    }
    let lost = ConnectorError::from(error).context(&format!(
        "{doing}: the connection was lost while waiting for COMMIT, so the rows may or may not be there; the receipt tells"
    ));
    let cancelled = lost.category == ErrorCategory::Cancelled;
    lost.retryable(!cancelled).commit_state(CommitState::AfterCommitUnknown)
}

/// A failure after COMMIT was confirmed (I10).
pub(crate) fn after_commit(error: ConnectorError) -> ConnectorError {
    error.commit_state(CommitState::AfterCommitConfirmed).unsafe_to_retry()
}

/// A defect of the host or of this connector.
pub(crate) fn internal(code: &str, message: impl Into<String>) -> ConnectorError {
    ConnectorError::internal(code, message).commit_state(CommitState::BeforeCommit)
}

pub(crate) fn schema(code: &str, message: impl Into<String>) -> ConnectorError {
    ConnectorError::schema(code, message).commit_state(CommitState::BeforeCommit)
}

pub(crate) fn data(code: &str, message: impl Into<String>) -> ConnectorError {
    ConnectorError::data(code, message).commit_state(CommitState::BeforeCommit)
}
