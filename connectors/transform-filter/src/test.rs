//! The predicate for the columns of one schema, and its truth row by row.

use crate::config::{Condition, Predicate};
use rapidbyte_sdk::arrow::{BatchView, ColumnView, DataType, Field, Schema};
use rapidbyte_sdk::{ConnectorError, Result};
use rapidbyte_values::{key, Key};
use regex::Regex;
use std::cmp::Ordering;

/// As in SQL: a comparison with NULL is neither true nor false. In this order `all` is the least and `any` the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    False,
    Unknown,
    True,
}

/// A predicate whose columns are known.
pub enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Column(usize, Field, Check),
}

pub enum Check {
    Compare([bool; 3], Key<Vec<u8>>),
    In(Vec<Key<Vec<u8>>>),
    Null(bool),
    Like(Vec<char>),
    Matches(Regex),
}

impl Test {
    /// Fails where a column is not there, or its type does not fit.
    pub fn new(predicate: &Predicate, schema: &Schema, stream: &str) -> Result<Self> {
        let each = |parts: &[Predicate]| parts.iter().map(|part| Test::new(part, schema, stream)).collect::<Result<Vec<_>>>();
        Ok(match predicate {
            Predicate::All(parts) => Test::All(each(parts)?),
            Predicate::Any(parts) => Test::Any(each(parts)?),
            Predicate::Not(part) => Test::Not(Box::new(Test::new(part, schema, stream)?)),
            Predicate::Column(name, condition) => {
                let found = schema.fields.iter().enumerate().find(|(_, field)| field.name == *name);
                let (index, field) = found.ok_or_else(|| unknown(name, schema, stream))?;
                let check = Check::new(condition, field)
                    .map_err(|why| ConnectorError::schema("filter.unfit-column", format!("stream {stream}: {why}")))?;
                Test::Column(index, field.clone(), check)
            }
        })
    }

    /// One truth for each row.
    pub fn rows(&self, batch: &BatchView<'_>) -> Vec<Truth> {
        match self {
            Test::All(parts) => combined(parts, batch, Ord::min),
            Test::Any(parts) => combined(parts, batch, Ord::max),
            Test::Not(part) => part.rows(batch).into_iter().map(negated).collect(),
            Test::Column(index, field, check) => {
                let column = &batch.columns()[*index];
                (0..batch.rows()).map(|row| check.row(field, column, row)).collect()
            }
        }
    }
}

pub fn unknown(name: &str, schema: &Schema, stream: &str) -> ConnectorError {
    let names: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
    let message = format!("stream {stream} has no column {name:?} to filter by; it has {}", names.join(", "));
    ConnectorError::schema("filter.unknown-column", message)
}

fn combined(parts: &[Test], batch: &BatchView<'_>, choose: impl Fn(Truth, Truth) -> Truth) -> Vec<Truth> {
    let mut all = parts.iter().map(|part| part.rows(batch));
    let mut truths = all.next().unwrap_or_default();
    for more in all {
        truths.iter_mut().zip(more).for_each(|(truth, other)| *truth = choose(*truth, other));
    }
    truths
}

fn negated(truth: Truth) -> Truth {
    match truth {
        Truth::False => Truth::True,
        Truth::Unknown => Truth::Unknown,
        Truth::True => Truth::False,
    }
}

impl Check {
    fn new(condition: &Condition, field: &Field) -> Result<Self, String> {
        let text = || match field.data_type {
            DataType::Utf8 => Ok(()),
            _ => Err(format!("column {} is of type {}; like and matches want text", field.name, field.data_type)),
        };
        Ok(match condition {
            Condition::Compare(which, value) => Check::Compare(*which, key::literal(field, value)?),
            Condition::In(values) => {
                Check::In(values.iter().map(|value| key::literal(field, value)).collect::<Result<_, _>>()?)
            }
            Condition::Null(wanted) => Check::Null(*wanted),
            Condition::Like(pattern) => {
                text()?;
                Check::Like(pattern.chars().collect())
            }
            Condition::Matches(pattern) => {
                text()?;
                Check::Matches(pattern.clone())
            }
        })
    }

    fn row(&self, field: &Field, column: &ColumnView<'_>, row: usize) -> Truth {
        if let Check::Null(wanted) = self {
            return truth(column.is_null(row) == *wanted);
        }
        if column.is_null(row) {
            return Truth::Unknown;
        }
        truth(match self {
            Check::Null(_) => false,
            Check::Compare(which, value) => match key::of(field, column, row).compare(value) {
                Ordering::Less => which[0],
                Ordering::Equal => which[1],
                Ordering::Greater => which[2],
            },
            Check::In(values) => {
                let own = key::of(field, column, row);
                values.iter().any(|value| own.compare(value) == Ordering::Equal)
            }
            Check::Like(pattern) => like(&String::from_utf8_lossy(column.bytes(row)), pattern),
            Check::Matches(pattern) => pattern.is_match(&String::from_utf8_lossy(column.bytes(row))),
        })
    }
}

fn truth(is: bool) -> Truth {
    if is {
        Truth::True
    } else {
        Truth::False
    }
}

/// SQL's LIKE: `%` for any characters, `_` for one, a backslash before either for itself. Takes at most
/// the product of both lengths.
pub fn like(text: &str, pattern: &[char]) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut in_pattern) = (0, 0);
    let mut after_percent: Option<(usize, usize)> = None;
    while at < text.len() {
        let escaped = pattern.get(in_pattern) == Some(&'\\') && in_pattern + 1 < pattern.len();
        let literal = if escaped { in_pattern + 1 } else { in_pattern };
        match pattern.get(literal) {
            Some('%') if !escaped => {
                after_percent = Some((at, in_pattern + 1));
                in_pattern += 1;
            }
            Some(wanted) if *wanted == text[at] || (*wanted == '_' && !escaped) => {
                at += 1;
                in_pattern = literal + 1;
            }
            _ => match &mut after_percent {
                Some((from, behind)) => {
                    *from += 1;
                    at = *from;
                    in_pattern = *behind;
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|rest| *rest == '%')
}
