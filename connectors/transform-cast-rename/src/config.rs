//! What a pipeline says.

use crate::target::Target;
use rapidbyte_sdk::{ConnectorError, Result};
use rapidbyte_values::OnBadRow;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    select: Option<Vec<String>>,
    rename: BTreeMap<String, String>,
    cast: BTreeMap<String, String>,
    constant: BTreeMap<String, Constant>,
    on_bad_value: Option<OnBadRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Constant {
    #[serde(rename = "type")]
    type_name: String,
    value: Value,
}

/// The same, checked as far as it can be without a schema.
pub struct Settings {
    pub select: Option<Vec<String>>,
    pub rename: BTreeMap<String, String>,
    pub cast: BTreeMap<String, Target>,
    /// With their values as text.
    pub constant: Vec<(String, Target, String)>,
    pub on_bad_value: Option<OnBadRow>,
}

impl Config {
    pub fn into_settings(self) -> Result<Settings> {
        let invalid = |message: String| ConnectorError::config("cast.config", message);
        let target = |key: &str, name: &str| {
            Target::parse(name).ok_or_else(|| invalid(format!("{key}: {name:?} is no type; {}", Target::NAMES)))
        };
        if self.select.is_none() && self.rename.is_empty() && self.cast.is_empty() && self.constant.is_empty() {
            return Err(invalid("nothing to do: set select, rename, cast or constant".to_owned()));
        }
        if self.select.as_ref().is_some_and(Vec::is_empty) {
            return Err(invalid("select: no column would be left".to_owned()));
        }
        let mut cast = BTreeMap::new();
        for (column, name) in &self.cast {
            cast.insert(column.clone(), target(&format!("cast.{column}"), name)?);
        }
        let mut constant = Vec::new();
        for (column, Constant { type_name, value }) in self.constant {
            let key = format!("constant.{column}");
            let target = target(&key, &type_name)?;
            let text = match value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(bool) => bool.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => {
                    return Err(invalid(format!("{key}: the value is a text, a number, true or false")))
                }
            };
            if !target.takes(&text) {
                return Err(invalid(format!("{key}: the value is none of type {type_name}")));
            }
            constant.push((column, target, text));
        }
        Ok(Settings { select: self.select, rename: self.rename, cast, constant, on_bad_value: self.on_bad_value })
    }
}
