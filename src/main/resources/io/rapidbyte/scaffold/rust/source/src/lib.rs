//! @NAME@: makes rows up, one stream, `id` from 0. Put your own system in its place.
//!
//! It shows what a source owes: a schema even without rows, batches within the limit, barriers where they are due, and a
//! read that goes on behind one.

use rapidbyte_sdk::arrow::{Batch, DataType, Field, Schema};
use rapidbyte_sdk::types::{Column, DiscoveredStream, StreamSchema, SyncMode};
use rapidbyte_sdk::{ConnectorError, Emitter, Finding, Result, Source, StreamContext};
use serde::Deserialize;

/// The only stream there is.
const STREAM: &str = "numbers";

/// What a pipeline says under `config`; the schema in the manifest says the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default = "default_rows")]
    rows: u64,
}

fn default_rows() -> u64 {
    1_000
}

pub struct Connector {
    config: Config,
}

fn schema() -> Schema {
    Schema::new(vec![
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
        Field::new("name", DataType::Utf8, true).with_native_type("text"),
    ])
    .with_primary_key(&["id"])
}

impl Source for Connector {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        Ok(Self { config })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        Ok(streams.iter().map(|ctx| self.look_at(&ctx.name)).collect())
    }

    fn discover(&mut self) -> Result<Vec<DiscoveredStream>> {
        let column = |field: &Field| Column {
            name: field.name.clone(),
            native_type: field.native_type().unwrap_or_default().to_owned(),
            arrow_type: field.data_type.to_string(),
            nullable: field.nullable,
        };
        Ok(vec![DiscoveredStream {
            name: STREAM.to_owned(),
            schema: StreamSchema {
                columns: schema().fields.iter().map(column).collect(),
                primary_key: vec!["id".to_owned()],
            },
            estimated_rows: Some(self.config.rows),
            estimated_bytes: None,
            sync_modes: vec![SyncMode::FullRefresh],
        }])
    }

    fn read(&mut self, ctx: &StreamContext, out: &mut Emitter) -> Result<()> {
        if ctx.name != STREAM {
            return Err(ConnectorError::schema("@NAME@.no-stream", format!("there is no stream {}", ctx.name)));
        }
        // The payload of the barrier behind which an earlier attempt was cut off.
        let first = match &ctx.position {
            Some(position) => position
                .parse()
                .map_err(|_| ConnectorError::internal("@NAME@.bad-position", "the kept position is no number"))?,
            None => 0,
        };
        let mut batch = Batch::new(schema(), ctx.limits.max_batch_bytes);
        let mut ipc = Vec::new();
        let mut rows_since_barrier = 0;
        for id in first..self.config.rows {
            let name = format!("name {id}");
            if !batch.has_room(name.len()) {
                rows_since_barrier += send(&mut batch, &mut ipc, out)?;
                let due = ctx.limits.checkpoint_interval_rows;
                if due > 0 && rows_since_barrier >= due {
                    out.barrier(&id.to_string())?;
                    rows_since_barrier = 0;
                }
            }
            batch.columns_mut()[0].push_i64(id as i64);
            if id % 10 == 9 {
                batch.columns_mut()[1].push_null();
            } else {
                batch.columns_mut()[1].push_bytes(name.as_bytes());
            }
            batch.end_row();
        }
        // Without rows as well: whoever is downstream needs the columns.
        if !batch.is_empty() || out.batches() == 0 {
            send(&mut batch, &mut ipc, out)?;
        }
        Ok(())
    }
}

/// Emits the batch and gives its rows.
fn send(batch: &mut Batch, ipc: &mut Vec<u8>, out: &mut Emitter) -> Result<u64> {
    let rows = batch.rows() as u64;
    batch.write_ipc(ipc)?;
    out.batch(ipc, rows)?;
    batch.clear();
    Ok(rows)
}

impl Connector {
    fn look_at(&self, name: &str) -> Finding {
        if name == STREAM {
            return Finding::ok(Some(name), "@NAME@.found", format!("{name} has {} rows", self.config.rows));
        }
        Finding::error(Some(name), "@NAME@.no-stream", format!("there is no stream {name}; there is {STREAM}"))
    }
}

rapidbyte_sdk::source!(Connector);

#[cfg(test)]
mod tests {
    use super::*;
    use rapidbyte_sdk::arrow::Reader;
    use rapidbyte_sdk::{config, testing};

    /// The ids that a read gives.
    fn read(json: &str, ctx: &StreamContext) -> Result<Vec<i64>> {
        testing::reset();
        Connector::open(config::parse(json)?)?.read(ctx, &mut Emitter::default())?;
        let mut ids = Vec::new();
        for ipc in testing::reset().batches() {
            let mut reader = Reader::new(ipc)?;
            while let Some(batch) = reader.next_batch()? {
                ids.extend((0..batch.rows()).map(|row| batch.columns()[0].i64(row)));
            }
        }
        Ok(ids)
    }

    #[test]
    fn every_row_comes_once() {
        let mut ctx = StreamContext::for_tests(STREAM);
        ctx.limits.max_batch_bytes = 2_000;
        assert_eq!(read(r#"{"rows":500}"#, &ctx), Ok((0..500).collect()));
        assert_eq!(read(r#"{"rows":0}"#, &ctx), Ok(vec![]));
    }

    #[test]
    fn a_read_goes_on_behind_a_barrier() {
        let mut ctx = StreamContext::for_tests(STREAM);
        ctx.position = Some("498".to_owned());
        assert_eq!(read(r#"{"rows":500}"#, &ctx), Ok(vec![498, 499]));
    }

    #[test]
    fn a_stream_that_is_not_there_is_an_error() {
        let error = read("{}", &StreamContext::for_tests("others")).expect_err("there is none");
        assert_eq!(error.code, "@NAME@.no-stream");
    }
}
