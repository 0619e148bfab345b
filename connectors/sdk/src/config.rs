//! From the pipeline's JSON to a connector's own type.

use crate::types::ConnectorError;
use crate::Result;
use serde::de::DeserializeOwned;

/// Reads a configuration. The error names the key and says what is wrong with it; it never shows a
/// value, which may be a password (I31).
pub fn parse<T: DeserializeOwned>(json: &str) -> Result<T> {
    let json = if json.trim().is_empty() { "{}" } else { json };
    serde_json::from_str(json).map_err(|error| {
        let place = key_before(json, error.line(), error.column());
        let reason = without_values(&error.to_string());
        let message = match place {
            Some(key) if !reason.contains('`') => format!("config key `{key}`: {reason}"),
            _ => format!("config: {reason}"),
        };
        ConnectorError::config("config.invalid", message)
    })
}

/// Cuts serde's position, which means nothing to somebody who wrote YAML, and the value it quotes.
fn without_values(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    match message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: ")) {
        Some(rest) => match rest.rsplit_once(", expected ") {
            Some((found, expected)) => {
                let kind = found.split(['"', '`']).next().unwrap_or("value").trim();
                format!("found {kind}, expected {expected}")
            }
            None => "the value does not fit".to_owned(),
        },
        None => message.to_owned(),
    }
}

/// The last object key that ends before a position: the one whose value serde was reading.
fn key_before(json: &str, line: usize, column: usize) -> Option<String> {
    let line_start: usize = json.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let head = json.as_bytes().get(..(line_start + column).min(json.len()))?;
    let mut key = None;
    let mut at = 0;
    while at < head.len() {
        if head[at] != b'"' {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while at < head.len() && head[at] != b'"' {
            at += if head[at] == b'\\' { 2 } else { 1 };
        }
        at += 1;
        let is_key = head.get(at..).is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b':'));
        if is_key {
            key = serde_json::from_slice::<String>(&head[start..at]).ok();
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)] // only its shape matters
    struct Config {
        host: String,
        #[serde(default)]
        port: u16,
        #[serde(default)]
        mode: Option<Mode>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        Copy,
        Insert,
    }

    fn message(json: &str) -> String {
        let error = parse::<Config>(json).expect_err("does not parse");
        assert_eq!(error.code, "config.invalid");
        error.message
    }

    #[test]
    fn errors_name_the_key() {
        assert_eq!(message("{}"), "config: missing field `host`");
        assert_eq!(
            message(r#"{"host":"a","hots":1}"#),
            "config: unknown field `hots`, expected one of `host`, `port`, `mode`"
        );
        assert_eq!(message(r#"{"host":"a","port":"x"}"#), "config key `port`: found string, expected u16");
        assert_eq!(message(r#"{"host":7}"#), "config key `host`: found integer, expected a string");
        let unknown = message(r#"{"host":"a","mode":"fly"}"#);
        assert_eq!(unknown, "config: unknown variant `fly`, expected `copy` or `insert`");
    }

    #[test]
    fn errors_do_not_show_values() {
        let shown = message(r#"{"port":"hunter2, expected \" x","host":"a"}"#);
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn no_config_is_an_empty_object() {
        assert!(parse::<std::collections::BTreeMap<String, String>>("").expect("parses").is_empty());
    }
}
