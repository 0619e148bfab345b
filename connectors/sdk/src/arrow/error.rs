use std::fmt;

/// What every function of this module returns that can fail.
pub type Result<T> = std::result::Result<T, ArrowError>;

/// What can be wrong with a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArrowError {
    /// The bytes break the Arrow format: truncated, out of bounds, inconsistent.
    Malformed(String),
    /// The bytes are fine, but use a type or feature outside of the contract's subset.
    Unsupported(String),
    /// The caller built a batch that is no batch: ragged columns, a null in a required column.
    Invalid(String),
}

impl ArrowError {
    pub(super) fn malformed(what: impl Into<String>) -> Self {
        ArrowError::Malformed(what.into())
    }
}

impl fmt::Display for ArrowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArrowError::Malformed(what) => write!(f, "malformed Arrow data: {what}"),
            ArrowError::Unsupported(what) => write!(f, "unsupported Arrow data: {what}"),
            ArrowError::Invalid(what) => write!(f, "invalid batch: {what}"),
        }
    }
}

impl std::error::Error for ArrowError {}
