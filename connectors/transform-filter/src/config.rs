//! The predicate as a pipeline writes it.

use rapidbyte_sdk::{ConnectorError, Result};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(rename = "where")]
    predicate: Node,
}

/// One of `all`, `any`, `not`, or a comparison.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Node {
    all: Option<Vec<Node>>,
    any: Option<Vec<Node>>,
    not: Option<Box<Node>>,
    column: Option<String>,
    op: Option<Op>,
    value: Option<Value>,
    values: Option<Vec<Value>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Op {
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "!=")]
    NotEqual,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
    #[serde(rename = "in")]
    In,
    #[serde(rename = "is_null")]
    IsNull,
    #[serde(rename = "is_not_null")]
    IsNotNull,
    #[serde(rename = "like")]
    Like,
    #[serde(rename = "matches")]
    Matches,
}

/// A predicate whose columns have no types yet.
#[derive(Debug, Clone)]
pub enum Predicate {
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    Column(String, Condition),
}

/// What is asked of one value.
#[derive(Debug, Clone)]
pub enum Condition {
    /// Less, equal, greater: which of them will do.
    Compare([bool; 3], Value),
    In(Vec<Value>),
    Null(bool),
    Like(String),
    Matches(regex::Regex),
}

/// The compiled form of a pattern may take this much.
const MAX_REGEX_BYTES: usize = 1 << 20;

impl Config {
    pub fn into_predicate(self) -> Result<Predicate> {
        self.predicate.into_predicate().map_err(|why| ConnectorError::config("filter.config", format!("where: {why}")))
    }
}

impl Node {
    fn into_predicate(self) -> Result<Predicate, String> {
        let Node { all, any, not, column, op, value, values } = self;
        let each = |nodes: Vec<Node>| nodes.into_iter().map(Node::into_predicate).collect::<Result<Vec<_>, _>>();
        match (all, any, not, column) {
            (Some(nodes), None, None, None) if op.is_none() && !nodes.is_empty() => Ok(Predicate::All(each(nodes)?)),
            (None, Some(nodes), None, None) if op.is_none() && !nodes.is_empty() => Ok(Predicate::Any(each(nodes)?)),
            (None, None, Some(node), None) if op.is_none() => Ok(Predicate::Not(Box::new(node.into_predicate()?))),
            (None, None, None, Some(column)) => {
                let condition = condition(op, value, values).map_err(|why| format!("column {column}: {why}"))?;
                Ok(Predicate::Column(column, condition))
            }
            _ => Err("write either all, any or not, or a column with an op".to_owned()),
        }
    }
}

fn condition(op: Option<Op>, value: Option<Value>, values: Option<Vec<Value>>) -> Result<Condition, String> {
    let op = op.ok_or("key `op` is missing")?;
    match (op, value, values) {
        (Op::IsNull | Op::IsNotNull, None, None) => Ok(Condition::Null(op == Op::IsNull)),
        (Op::In, None, Some(values)) if !values.is_empty() => Ok(Condition::In(values)),
        (Op::In, _, _) => Err("`in` wants a list under `values`".to_owned()),
        (Op::IsNull | Op::IsNotNull, _, _) => Err("it takes no value".to_owned()),
        (_, Some(Value::Null), _) => Err("nothing equals null; use is_null".to_owned()),
        (Op::Like, Some(Value::String(pattern)), None) => Ok(Condition::Like(pattern)),
        (Op::Matches, Some(Value::String(pattern)), None) => regex::RegexBuilder::new(&pattern)
            .size_limit(MAX_REGEX_BYTES)
            .build()
            .map(Condition::Matches)
            .map_err(|error| format!("`matches`: {error}")),
        (Op::Like | Op::Matches, _, _) => Err("it wants a text under `value`".to_owned()),
        (Op::Equal, Some(value), None) => Ok(Condition::Compare([false, true, false], value)),
        (Op::NotEqual, Some(value), None) => Ok(Condition::Compare([true, false, true], value)),
        (Op::Less, Some(value), None) => Ok(Condition::Compare([true, false, false], value)),
        (Op::LessOrEqual, Some(value), None) => Ok(Condition::Compare([true, true, false], value)),
        (Op::Greater, Some(value), None) => Ok(Condition::Compare([false, false, true], value)),
        (Op::GreaterOrEqual, Some(value), None) => Ok(Condition::Compare([false, true, true], value)),
        _ => Err("it wants one `value`".to_owned()),
    }
}
