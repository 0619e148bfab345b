//! @NAME@: writes the values of chosen text columns in upper case. Put your own work in its place.
//!
//! It shows what a transform owes: it works batch by batch, keeps no rows for later, emits a schema even for a batch
//! without rows, and keeps batches within the limit.

use rapidbyte_sdk::arrow::{BatchView, Column, DataType, RawColumn, Reader, Schema};
use rapidbyte_sdk::{ConnectorError, Emitter, Finding, Result, StreamContext, Transform};
use serde::Deserialize;

/// What a pipeline says under `config`; the schema in the manifest says the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    fields: Vec<String>,
}

pub struct Connector {
    config: Config,
}

impl Transform for Connector {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        if config.fields.is_empty() {
            return Err(ConnectorError::config("@NAME@.no-fields", "config key `fields` is empty; name a column"));
        }
        Ok(Self { config })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        let ready = |ctx: &StreamContext| Finding::ok(Some(&ctx.name), "@NAME@.ready", "its columns are looked at as they come");
        Ok(streams.iter().map(ready).collect())
    }

    fn batch(&mut self, ctx: &StreamContext, ipc: Vec<u8>, out: &mut Emitter) -> Result<u64> {
        let mut reader = Reader::new(&ipc)?;
        let schema = reader.schema().clone();
        let chosen = self.chosen(&schema, &ctx.name)?;
        let mut rows = 0;
        let mut batches = 0;
        while let Some(batch) = reader.next_batch()? {
            let columns = Self::columns(&schema, &chosen, &batch)?;
            let raw: Vec<RawColumn<'_>> = columns.iter().map(Column::raw).collect::<Result<_, _>>()?;
            out.columns(&schema, batch.rows(), &raw, ctx.limits.max_batch_bytes)?;
            rows += batch.rows() as u64;
            batches += 1;
        }
        if batches == 0 {
            out.schema(&schema)?;
        }
        Ok(rows)
    }
}

impl Connector {
    /// For each column whether it is written in upper case.
    fn chosen(&self, schema: &Schema, stream: &str) -> Result<Vec<bool>> {
        for name in &self.config.fields {
            let field = schema.fields.iter().find(|field| field.name == *name);
            if field.is_none_or(|field| field.data_type != DataType::Utf8) {
                let message = format!("stream {stream} has no text column {name}; see config key `fields`");
                return Err(ConnectorError::schema("@NAME@.no-column", message));
            }
        }
        Ok(schema.fields.iter().map(|field| self.config.fields.contains(&field.name)).collect())
    }

    /// The columns of a batch, those that are chosen in upper case.
    fn columns(schema: &Schema, chosen: &[bool], batch: &BatchView<'_>) -> Result<Vec<Column>> {
        let mut columns = Vec::new();
        for ((field, view), upper) in schema.fields.iter().zip(batch.columns()).zip(chosen) {
            let mut column = Column::new(&field.data_type);
            for row in 0..batch.rows() {
                if *upper && !view.is_null(row) {
                    column.push_bytes(view.text(row)?.to_uppercase().as_bytes());
                } else {
                    column.push_from(&field.data_type, view, row);
                }
            }
            columns.push(column);
        }
        Ok(columns)
    }
}

rapidbyte_sdk::transform!(Connector);

#[cfg(test)]
mod tests {
    use super::*;
    use rapidbyte_sdk::arrow::{Batch, Field};
    use rapidbyte_sdk::{config, testing, Inbound, Inbox};

    /// The values of a stream of one text column, before and after.
    fn run(json: &str, values: &[Option<&str>]) -> Result<Vec<Option<String>>> {
        let mut batch = Batch::new(Schema::new(vec![Field::new("name", DataType::Utf8, true)]), u64::MAX);
        for value in values {
            match value {
                Some(text) => batch.columns_mut()[0].push_bytes(text.as_bytes()),
                None => batch.columns_mut()[0].push_null(),
            }
            batch.end_row();
        }
        let mut ipc = Vec::new();
        batch.write_ipc(&mut ipc)?;
        testing::reset();
        testing::with(|host| host.inbound.push_back(Ok(Inbound::Batch(ipc))));
        let mut connector = Connector::open(config::parse(json)?)?;
        connector.run(&StreamContext::for_tests("names"), &mut Inbox::default(), &mut Emitter::default())?;
        let mut after = Vec::new();
        for ipc in testing::reset().batches() {
            let mut reader = Reader::new(ipc)?;
            while let Some(batch) = reader.next_batch()? {
                let names = &batch.columns()[0];
                for row in 0..batch.rows() {
                    after.push((!names.is_null(row)).then(|| names.text(row).expect("text").to_owned()));
                }
            }
        }
        Ok(after)
    }

    #[test]
    fn chosen_columns_are_in_upper_case_and_null_stays_null() {
        let after = run(r#"{"fields":["name"]}"#, &[Some("straße"), None, Some("")]);
        assert_eq!(after, Ok(vec![Some("STRASSE".to_owned()), None, Some(String::new())]));
    }

    #[test]
    fn a_column_that_is_not_there_is_an_error() {
        let error = run(r#"{"fields":["nmae"]}"#, &[None]).expect_err("there is none");
        assert_eq!(error.code, "@NAME@.no-column");
    }
}
