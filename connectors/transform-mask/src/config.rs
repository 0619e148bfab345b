//! What a pipeline says: which columns, and how each is hidden.

use rapidbyte_sdk::{ConnectorError, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What `partial` writes for each character it hides.
const DEFAULT_REPLACEMENT: &str = "*";

/// The `config` of the transform.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The short form: these columns are hashed.
    fields: Vec<String>,
    /// The long form: a method for each column.
    rules: BTreeMap<String, RuleSettings>,
    /// Put before every value that is hashed, unless its rule has a salt of its own.
    salt: Option<String>,
    on_missing: OnMissing,
}

/// What a column that a stream lacks means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OnMissing {
    /// A misspelt name must not let values through.
    #[default]
    Fail,
    /// For pipelines of several streams that do not all have the column.
    Ignore,
}

/// How one column is hidden, as the pipeline says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSettings {
    method: Method,
    salt: Option<String>,
    replacement: Option<String>,
    keep_start: Option<usize>,
    keep_end: Option<usize>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    Hash,
    Redact,
    Partial,
}

/// How one column is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// SHA-256 of salt and value, as 64 hex digits.
    Hash { salt: Option<String> },
    /// The same text for every value; without a `replacement`, NULL in columns that are not text.
    Redact { replacement: Option<String> },
    /// The first and last characters stay; each one between becomes the `replacement`.
    Partial { keep_start: usize, keep_end: usize, replacement: String },
}

impl RuleSettings {
    /// Fails with the reason where a setting is missing or belongs to another method.
    fn into_rule(self) -> Result<Rule, &'static str> {
        let Self { method, salt, replacement, keep_start, keep_end } = self;
        let keeps = keep_start.is_some() || keep_end.is_some();
        match method {
            Method::Hash | Method::Redact if keeps => Err("`keep_start` and `keep_end` belong to `method: partial`"),
            Method::Redact | Method::Partial if salt.is_some() => Err("`salt` belongs to `method: hash`"),
            Method::Hash if replacement.is_some() => Err("`replacement` belongs to `redact` and `partial`"),
            Method::Hash => Ok(Rule::Hash { salt }),
            Method::Redact => Ok(Rule::Redact { replacement }),
            Method::Partial => {
                let (keep_start, keep_end) = (keep_start.unwrap_or(0), keep_end.unwrap_or(0));
                if keep_start == 0 && keep_end == 0 {
                    return Err("`partial` keeps nothing; set `keep_start` or `keep_end`, or use `redact`");
                }
                let replacement = replacement.unwrap_or_else(|| DEFAULT_REPLACEMENT.to_owned());
                Ok(Rule::Partial { keep_start, keep_end, replacement })
            }
        }
    }
}

/// The configuration in one form.
#[derive(Debug)]
pub struct Rules {
    pub by_column: BTreeMap<String, Rule>,
    pub on_missing: OnMissing,
}

impl Config {
    /// Brings both forms together and refuses what contradicts itself.
    pub fn into_rules(self) -> Result<Rules> {
        let invalid = |message: String| Err(ConnectorError::config("mask.config", message));
        let mut by_column = BTreeMap::new();
        for (column, settings) in self.rules {
            match settings.into_rule() {
                Ok(rule) => by_column.insert(column, rule),
                Err(why) => return invalid(format!("rules.{column}: {why}")),
            };
        }
        for field in self.fields {
            if by_column.insert(field.clone(), Rule::Hash { salt: None }).is_some() {
                return invalid(format!("column {field} is named twice in `fields` and `rules`; name it once"));
            }
        }
        if by_column.is_empty() {
            return invalid("nothing to mask: name columns in `fields` or `rules`".to_owned());
        }
        for rule in by_column.values_mut() {
            match rule {
                Rule::Hash { salt } if salt.is_none() => salt.clone_from(&self.salt),
                Rule::Hash { .. } | Rule::Redact { .. } | Rule::Partial { .. } => {}
            }
        }
        Ok(Rules { by_column, on_missing: self.on_missing })
    }
}
