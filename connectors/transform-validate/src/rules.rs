//! The rules, as a pipeline writes them and for the columns of one schema.

use rapidbyte_sdk::arrow::{BatchView, DataType, Field, Schema};
use rapidbyte_sdk::{ConnectorError, Result};
use rapidbyte_values::{key, text, Key, OnBadRow};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::hash_map::DefaultHasher;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// The compiled form of a pattern may take this much.
const MAX_REGEX_BYTES: usize = 1 << 20;
/// Values that `unique` remembers, over all rules; some 100 MB.
pub const MAX_SEEN: usize = 2_000_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    rules: Vec<RuleSettings>,
    on_violation: Option<OnBadRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSettings {
    column: String,
    #[serde(default)]
    not_null: bool,
    matches: Option<String>,
    min: Option<Value>,
    max: Option<Value>,
    #[serde(default)]
    unique: bool,
}

/// What one column is held against.
pub struct Rule {
    pub column: String,
    not_null: bool,
    matches: Option<Regex>,
    min: Option<Value>,
    max: Option<Value>,
    unique: bool,
}

impl Config {
    pub fn into_rules(self) -> Result<(Vec<Rule>, Option<OnBadRow>)> {
        let invalid = |message: String| ConnectorError::config("validate.config", message);
        if self.rules.is_empty() {
            return Err(invalid("config key `rules` is empty; name a column".to_owned()));
        }
        let rule = |rule: RuleSettings| {
            let RuleSettings { column, not_null, matches, min, max, unique } = rule;
            if !not_null && !unique && matches.is_none() && min.is_none() && max.is_none() {
                return Err(invalid(format!("rules: column {column} has no rule")));
            }
            let pattern = |pattern: String| {
                regex::RegexBuilder::new(&pattern)
                    .size_limit(MAX_REGEX_BYTES)
                    .build()
                    .map_err(|error| invalid(format!("rules: column {column}: `matches`: {error}")))
            };
            let matches = matches.map(pattern).transpose()?;
            Ok(Rule { column, not_null, matches, min, max, unique })
        };
        Ok((self.rules.into_iter().map(rule).collect::<Result<_>>()?, self.on_violation))
    }
}

/// The rules for the columns of one schema.
pub struct Plan(Vec<Planned>);

struct Planned {
    index: usize,
    field: Field,
    not_null: bool,
    matches: Option<Regex>,
    min: Option<Key<Vec<u8>>>,
    max: Option<Key<Vec<u8>>>,
    unique: bool,
}

/// A rule that a row breaks. Never shows the value.
pub struct Broken {
    pub code: &'static str,
    pub why: String,
}

impl Plan {
    pub fn new(rules: &[Rule], schema: &Schema, stream: &str) -> Result<Self> {
        rules.iter().map(|rule| Planned::new(rule, schema, stream)).collect::<Result<_>>().map(Plan)
    }

    /// The first rule that a row breaks. Remembers the values of the others that are to be unique.
    pub fn broken(&self, batch: &BatchView<'_>, row: usize, seen: &mut Seen) -> Result<Option<Broken>> {
        for (number, rule) in self.0.iter().enumerate() {
            if let Some(broken) = rule.broken(number, batch, row, seen)? {
                return Ok(Some(broken));
            }
        }
        Ok(None)
    }
}

impl Planned {
    fn new(rule: &Rule, schema: &Schema, stream: &str) -> Result<Self> {
        let found = schema.fields.iter().enumerate().find(|(_, field)| field.name == rule.column);
        let (index, field) = found.ok_or_else(|| {
            let names: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
            let message = format!("stream {stream} has no column {:?}; it has {}", rule.column, names.join(", "));
            ConnectorError::schema("validate.unknown-column", message)
        })?;
        let unfit = |why| ConnectorError::schema("validate.unfit-column", format!("stream {stream}: {why}"));
        if rule.matches.is_some() && field.data_type != DataType::Utf8 {
            return Err(unfit(format!("column {} is of type {}; `matches` wants text", field.name, field.data_type)));
        }
        let bound = |value: &Option<Value>| {
            value.as_ref().map(|value| key::literal(field, value)).transpose().map_err(unfit)
        };
        Ok(Self {
            index,
            field: field.clone(),
            not_null: rule.not_null,
            matches: rule.matches.clone(),
            min: bound(&rule.min)?,
            max: bound(&rule.max)?,
            unique: rule.unique,
        })
    }

    fn broken(&self, number: usize, batch: &BatchView<'_>, row: usize, seen: &mut Seen) -> Result<Option<Broken>> {
        let column = &batch.columns()[self.index];
        let broken = |code, what: &str| Ok(Some(Broken { code, why: format!("column {}: {what}", self.field.name) }));
        if column.is_null(row) {
            return if self.not_null { broken("validate.not-null", "a NULL, where none may be") } else { Ok(None) };
        }
        if let Some(pattern) = &self.matches {
            if !pattern.is_match(&String::from_utf8_lossy(column.bytes(row))) {
                return broken("validate.pattern", "a value that does not match its pattern");
            }
        }
        let own = key::of(&self.field, column, row);
        if self.min.as_ref().is_some_and(|min| own.compare(min) == Ordering::Less) {
            return broken("validate.range", "a value below its min");
        }
        if self.max.as_ref().is_some_and(|max| own.compare(max) == Ordering::Greater) {
            return broken("validate.range", "a value above its max");
        }
        if self.unique {
            text::write(&self.field, column, row, &mut seen.value);
            if !seen.first_time(number)? {
                return broken("validate.unique", "a value that came before");
            }
        }
        Ok(None)
    }
}

/// The values that came, by 128-bit hashes, for each rule.
pub struct Seen {
    by_rule: Vec<HashSet<u128, BuildHasherDefault<DefaultHasher>>>,
    value: Vec<u8>,
}

impl Seen {
    pub fn new(rules: usize) -> Self {
        Self { by_rule: (0..rules).map(|_| HashSet::default()).collect(), value: Vec::new() }
    }

    fn first_time(&mut self, rule: usize) -> Result<bool> {
        let first = self.by_rule[rule].insert(hash(&self.value));
        if first && self.by_rule.iter().map(HashSet::len).sum::<usize>() > MAX_SEEN {
            let message = format!("`unique` remembers at most {MAX_SEEN} values; let the destination's own index do it");
            return Err(ConnectorError::data("validate.too-many-values", message));
        }
        Ok(first)
    }
}

fn hash(value: &[u8]) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(seed);
        hasher.write(value);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}
