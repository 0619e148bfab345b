//! What becomes of a schema: checked once, before the first batch leaves.

use crate::config::{OnMissing, Rule, Rules};
use crate::mask::mask;
use rapidbyte_values::text;
use rapidbyte_sdk::arrow::{keys, BatchView, Column, DataType, Field, Schema};
use rapidbyte_sdk::{ConnectorError, Result};

/// The schema that comes, the one that leaves, and the rule of each column.
pub struct Plan {
    pub input: Schema,
    pub output: Schema,
    pub rules: Vec<Option<Rule>>,
}

impl Plan {
    /// Fails where a rule names a column that is not there, or cannot be applied to it.
    pub fn new(input: Schema, rules: &Rules, stream: &str) -> Result<Self> {
        let names: Vec<&str> = input.fields.iter().map(|field| field.name.as_str()).collect();
        check_names(&names, rules, stream)?;
        let key = input.primary_key()?;
        let mut output = input.clone();
        let mut by_column = Vec::with_capacity(input.fields.len());
        for field in &mut output.fields {
            let rule = rules.by_column.get(&field.name);
            if let Some(rule) = rule {
                check(rule, field, key.contains(&field.name), stream)?;
                *field = masked(rule, field);
            }
            by_column.push(rule.cloned());
        }
        Ok(Self { input, output, rules: by_column })
    }

    /// The masked columns; none where a column passes as it is.
    pub fn mask(&self, batch: &BatchView<'_>) -> Vec<Option<Column>> {
        let columns = self.rules.iter().zip(batch.columns()).zip(self.input.fields.iter().zip(&self.output.fields));
        let masked = columns.map(|((rule, column), (input, output))| {
            rule.as_ref().map(|rule| mask(rule, input, &output.data_type, column))
        });
        masked.collect()
    }
}

/// Fails where a rule names a column that a stream of these columns lacks.
pub fn check_names(names: &[&str], rules: &Rules, stream: &str) -> Result<()> {
    let missing = rules.by_column.keys().find(|column| !names.contains(&column.as_str()));
    match missing {
        Some(column) if rules.on_missing == OnMissing::Fail => Err(ConnectorError::schema(
            "mask.unknown-column",
            format!(
                "stream {stream} has no column {column:?} to mask; it has {}. Correct the name, or set \
                 `on_missing: ignore` if only other streams have it",
                names.join(", ")
            ),
        )),
        Some(_) | None => Ok(()),
    }
}

fn check(rule: &Rule, field: &Field, in_key: bool, stream: &str) -> Result<()> {
    let refuse =
        |why: &str| Err(ConnectorError::schema("mask.unfit-column", format!("{stream}.{}: {why}", field.name)));
    match rule {
        Rule::Hash { .. } => Ok(()),
        Rule::Redact { .. } | Rule::Partial { .. } if in_key => {
            refuse("a primary key's values would no longer differ; use `method: hash`")
        }
        Rule::Partial { .. } if text::is_binary(field) => {
            refuse("binary values have no characters to show; use `method: hash` or `redact`")
        }
        Rule::Redact { .. } | Rule::Partial { .. } => Ok(()),
    }
}

/// A masked column is text and says so, since its values no longer fit `varchar(5)` or `uuid`. Only
/// a redacted column that is not text keeps its type, and holds NULL.
fn masked(rule: &Rule, field: &Field) -> Field {
    let mut masked = field.clone();
    let to_null = matches!(rule, Rule::Redact { replacement: None }) && field.data_type != DataType::Utf8;
    if to_null {
        masked.nullable = true;
        return masked;
    }
    masked.data_type = DataType::Utf8;
    let of_type = [keys::NATIVE_TYPE, keys::EXTENSION_NAME, keys::EXTENSION_METADATA];
    masked.metadata.retain(|(key, _)| !of_type.contains(&key.as_str()));
    masked.with_native_type("text")
}
