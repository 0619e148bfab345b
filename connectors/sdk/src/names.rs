//! Stream names and identifiers, by the rules of SQL.

use crate::types::ConnectorError;
use crate::Result;

/// PostgreSQL cuts identifiers silently after this many bytes; a longer one is refused here instead.
pub const MAX_IDENTIFIER_BYTES: usize = 63;

/// A stream's name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StreamName {
    /// None where the name has no schema.
    pub schema: Option<String>,
    /// The table, without quotes.
    pub table: String,
}

impl StreamName {
    /// Reads `table` or `schema.table`. A part in double quotes is taken verbatim, with `""` for a
    /// quote; other parts are folded to lower case, as SQL does.
    pub fn parse(name: &str) -> Result<Self> {
        let fault = |what: &str| {
            let hint = "write table or schema.table, with double quotes around what is not a plain lower-case name";
            ConnectorError::config("stream.bad-name", format!("stream name {name:?}: {what}; {hint}"))
        };
        let mut parts = Vec::new();
        let mut rest = name.trim();
        loop {
            let (part, after) = identifier(rest).map_err(|what| fault(&what))?;
            parts.push(part);
            match after.strip_prefix('.') {
                Some(more) => rest = more,
                None if after.is_empty() => break,
                None => return Err(fault(&format!("unexpected {after:?} after a name"))),
            }
        }
        let table = parts.pop().unwrap_or_default();
        let schema = parts.pop();
        if !parts.is_empty() {
            return Err(fault("it has more than two parts"));
        }
        Ok(Self { schema, table })
    }
}

impl std::fmt::Display for StreamName {
    /// The shortest form that [`StreamName::parse`] reads back.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", quote_if_needed(schema))?;
        }
        f.write_str(&quote_if_needed(&self.table))
    }
}

/// Takes `name` apart into schema and table; see [`StreamName::parse`].
pub fn parse_stream_name(name: &str) -> Result<(Option<String>, String)> {
    StreamName::parse(name).map(|name| (name.schema, name.table))
}

/// The identifier in double quotes, always: safe in any statement.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string literal in single quotes; with a backslash in it, the `E''` form, so that it reads the
/// same whatever `standard_conforming_strings` says.
pub fn quote_literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') {
        return format!(" E'{}'", quoted.replace('\\', "\\\\"));
    }
    format!("'{quoted}'")
}

fn quote_if_needed(name: &str) -> String {
    match identifier(name) {
        Ok((read, "")) if read == name && !name.starts_with('"') => name.to_owned(),
        _ => quote_identifier(name),
    }
}

/// Reads one identifier and gives what follows it.
fn identifier(text: &str) -> Result<(String, &str), String> {
    let (name, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted_identifier(quoted)?,
        None => plain_identifier(text)?,
    };
    if name.is_empty() {
        return Err("a part of it is empty".to_owned());
    }
    if name.contains('\0') {
        return Err("it contains a NUL".to_owned());
    }
    if name.len() > MAX_IDENTIFIER_BYTES {
        return Err(format!(
            "{name:?} has {} bytes, and a PostgreSQL name has at most {MAX_IDENTIFIER_BYTES}",
            name.len()
        ));
    }
    Ok((name, rest))
}

fn quoted_identifier(text: &str) -> Result<(String, &str), String> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"').ok_or("a quote is not closed")?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Ok((name, rest)),
        }
    }
}

fn plain_identifier(text: &str) -> Result<(String, &str), String> {
    let end = text.find(['.', '"']).unwrap_or(text.len());
    let (plain, rest) = text.split_at(end);
    let starts_well = plain.starts_with(|c: char| c == '_' || c.is_alphabetic());
    let odd = plain.chars().find(|&c| !(c == '_' || c == '$' || c.is_alphanumeric()));
    match odd {
        Some(odd) => Err(format!("{odd:?} needs double quotes around {plain:?}")),
        None if !starts_well && !plain.is_empty() => {
            Err(format!("{plain:?} begins with a digit or a dollar sign and needs double quotes"))
        }
        // Only ASCII is folded: what a server does with the rest depends on its locale.
        None => Ok((plain.to_ascii_lowercase(), rest)),
    }
}

#[cfg(test)]
mod tests;
