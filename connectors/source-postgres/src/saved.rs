//! How a place in a stream is written down between runs, and read back.

use rapidbyte_sdk::types::CursorValue;
use serde::{Deserialize, Serialize};

/// Of the texts below. A text with a greater one is refused, never guessed at (I9).
pub const FORMAT: u32 = 1;

/// What a cursor's value alone does not say: which of the rows that have it were delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TieBreaker {
    pub format: u32,
    /// What the texts below are of: the columns behind the cursor in the order of reading, or those
    /// that were hashed.
    pub columns: Vec<SavedColumn>,
    pub rows: Delivered,
}

/// Rows that have the cursor's value and were delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivered {
    /// Those up to these values of the columns.
    UpTo(Vec<String>),
    /// Those with these hashes, sixteen hexadecimal digits each.
    Hashed(String),
    /// There are none: only rows without a cursor were delivered.
    None,
}

/// A column with its type in SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedColumn(pub String, pub String);

/// A place in a table that is read in the order of its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KeyPosition {
    pub format: u32,
    /// The key's columns in its order.
    pub columns: Vec<SavedColumn>,
    /// Theirs in the last row delivered.
    pub values: Vec<String>,
}

/// The contract's form of a cursor's value.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CursorJson<'a> {
    type_name: &'a str,
    value: &'a str,
    tie_breaker: Option<&'a str>,
}

/// A cursor's value as the payload of a barrier.
pub fn cursor_payload(value: &CursorValue) -> String {
    json(&CursorJson { type_name: &value.type_name, value: &value.value, tie_breaker: value.tie_breaker.as_deref() })
}

/// Text that [`read`] reads.
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers are always JSON")
}

/// Reads what an earlier run wrote; the error says what is wrong with it.
pub fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    // The format comes first, since all else may differ with it.
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let Format { format } = serde_json::from_str(text).map_err(|_| "it is not this connector's".to_owned())?;
    if format > FORMAT {
        return Err(format!("its format {format} is newer than this connector knows, which is {FORMAT}"));
    }
    serde_json::from_str(text).map_err(|error| format!("it is damaged: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_format_is_refused_and_never_guessed_at() {
        let saved = KeyPosition {
            format: FORMAT,
            columns: vec![SavedColumn("id".to_owned(), "int8".to_owned())],
            values: vec!["7".to_owned()],
        };
        let text = json(&saved);
        assert_eq!(text, r#"{"format":1,"columns":[["id","int8"]],"values":["7"]}"#);
        assert_eq!(read(&text), Ok(saved));
        let error = read::<KeyPosition>(r#"{"format":2,"places":[]}"#).unwrap_err();
        assert!(error.contains("newer"), "{error}");
        assert!(read::<KeyPosition>("7").is_err());
        assert!(read::<KeyPosition>(r#"{"format":1,"columns":[]}"#).unwrap_err().contains("damaged"));
    }

    #[test]
    fn a_tie_breaker_comes_back_as_it_was() {
        let columns = vec![SavedColumn("a \"b\"".to_owned(), "text".to_owned())];
        for rows in [Delivered::UpTo(vec!["\\ é".to_owned()]), Delivered::Hashed("00ff".to_owned()), Delivered::None] {
            let saved = TieBreaker { format: FORMAT, columns: columns.clone(), rows };
            assert_eq!(read(&json(&saved)), Ok(saved));
        }
    }

    #[test]
    fn a_cursors_payload_has_the_contracts_names() {
        let value = CursorValue { type_name: "int8".into(), value: "7".into(), tie_breaker: None };
        assert_eq!(cursor_payload(&value), r#"{"type-name":"int8","value":"7","tie-breaker":null}"#);
    }
}
