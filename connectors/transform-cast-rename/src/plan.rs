//! What becomes of a schema: decided once, before the first batch leaves.

use crate::config::Settings;
use crate::target::Target;
use rapidbyte_sdk::arrow::{keys, Field, Schema};
use rapidbyte_sdk::{ConnectorError, Result};

/// The schema that comes, the one that leaves, and where each column comes from.
pub struct Plan {
    pub input: Schema,
    pub output: Schema,
    pub origins: Vec<Origin>,
}

pub enum Origin {
    /// This column, as it is.
    Same(usize),
    /// This column, cast.
    Cast(usize, Target),
    /// A value as text.
    Constant(Target, String),
}

impl Plan {
    pub fn new(input: Schema, settings: &Settings, stream: &str) -> Result<Self> {
        let names: Vec<&str> = input.fields.iter().map(|field| field.name.as_str()).collect();
        check_names(&names, settings, stream)?;
        let selected: Vec<usize> = match &settings.select {
            Some(select) => select.iter().filter_map(|name| names.iter().position(|known| known == name)).collect(),
            None => (0..names.len()).collect(),
        };
        let (mut fields, mut origins) = (Vec::new(), Vec::new());
        for index in selected {
            let field = &input.fields[index];
            let mut output = match settings.cast.get(&field.name) {
                Some(target) => {
                    origins.push(Origin::Cast(index, *target));
                    cast(field, *target)
                }
                None => {
                    origins.push(Origin::Same(index));
                    field.clone()
                }
            };
            output.name = renamed(&field.name, settings).to_owned();
            fields.push(output);
        }
        for (name, target, value) in &settings.constant {
            fields.push(Field::new(name, target.data_type(), false).with_native_type(target.native_type()));
            origins.push(Origin::Constant(*target, value.clone()));
        }
        let key = key(&input, &fields, settings)?;
        let mut output = Schema { fields, ..input.clone() };
        output.metadata.retain(|(name, _)| name != keys::PRIMARY_KEY);
        Ok(Self { input, output: output.with_primary_key(&key), origins })
    }
}

/// Fails where a setting names a column that is not there, or two columns would have one name.
pub fn check_names(names: &[&str], settings: &Settings, stream: &str) -> Result<()> {
    let select = settings.select.iter().flatten();
    let named = select.clone().chain(settings.rename.keys()).chain(settings.cast.keys());
    if let Some(missing) = named.into_iter().find(|name| !names.contains(&name.as_str())) {
        let message = format!("stream {stream} has no column {missing:?}; it has {}", names.join(", "));
        return Err(ConnectorError::schema("cast.unknown-column", message));
    }
    let kept: Vec<&str> = match &settings.select {
        Some(select) => select.iter().map(String::as_str).collect(),
        None => names.to_vec(),
    };
    let mut output: Vec<&str> = kept.iter().map(|name| renamed(name, settings)).collect();
    output.extend(settings.constant.iter().map(|(name, _, _)| name.as_str()));
    output.sort_unstable();
    match output.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => {
            let message = format!("stream {stream}: two columns would have the name {:?}", pair[0]);
            Err(ConnectorError::schema("cast.name-taken", message))
        }
    }
}

fn renamed<'a>(name: &'a str, settings: &'a Settings) -> &'a str {
    settings.rename.get(name).map_or(name, String::as_str)
}

/// A cast column says what it is now.
fn cast(field: &Field, target: Target) -> Field {
    let mut cast = field.clone();
    cast.data_type = target.data_type();
    let of_type = [keys::NATIVE_TYPE, keys::EXTENSION_NAME, keys::EXTENSION_METADATA];
    cast.metadata.retain(|(key, _)| !of_type.contains(&key.as_str()));
    cast.with_native_type(target.native_type())
}

/// The key under its new names; none where a part of it is left out.
fn key(input: &Schema, output: &[Field], settings: &Settings) -> Result<Vec<String>> {
    let key: Vec<String> = input.primary_key()?.iter().map(|name| renamed(name, settings).to_owned()).collect();
    let whole = key.iter().all(|name| output.iter().any(|field| field.name == *name));
    Ok(if whole { key } else { Vec::new() })
}
