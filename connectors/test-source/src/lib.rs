//! A source that makes its rows up: `id` counts from 0, `name` follows from it. And that
//! misbehaves on request.

use rapidbyte_sdk::arrow::{Batch, DataType, Field, Schema};
use rapidbyte_sdk::types::{Column, DiscoveredStream, StreamSchema, SyncMode};
use rapidbyte_sdk::{Emitter, Finding, Result, Source, StreamContext};
use serde::Deserialize;
use std::io::Write;
use test_misbehave::{wait, Misbehaviour, Moment};

#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct Config {
    rows: u64,
    /// Rows of one batch, fewer where the stream's byte limit says so.
    batch_rows: u64,
    /// `name` is padded to this many bytes.
    name_bytes: usize,
    /// Every so many rows the name is NULL; 0 for never.
    null_every: u64,
    /// The misbehaviour comes before this row is made; by default before the first.
    fail_at_row: u64,
    /// A barrier follows every so many batches; 0 for none.
    barrier_every: u64,
    /// Milliseconds of waiting after each batch.
    slow_ms: u64,
    /// Writes the stream context to the log, for tests of what arrives.
    echo_context: bool,
    /// Emits nothing at all where there are no rows.
    silent_when_empty: bool,
    /// Goes on when the host refuses a batch.
    ignore_errors: bool,
    /// What `discover` finds.
    streams: Vec<String>,
    #[serde(flatten)]
    misbehaviour: Misbehaviour,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            rows: 1000,
            batch_rows: 100,
            name_bytes: 0,
            null_every: 0,
            fail_at_row: 0,
            barrier_every: 0,
            slow_ms: 0,
            echo_context: false,
            silent_when_empty: false,
            ignore_errors: false,
            streams: vec!["numbers".to_owned()],
            misbehaviour: Misbehaviour::default(),
        }
    }
}

pub struct TestSource {
    config: Config,
}

fn schema() -> Schema {
    Schema::new(vec![
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
        Field::new("name", DataType::Utf8, true).with_native_type("text"),
    ])
    .with_primary_key(&["id"])
}

impl Source for TestSource {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        config.misbehaviour.at(Moment::Open)?;
        Ok(Self { config })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        self.config.misbehaviour.at(Moment::Validate)?;
        Ok(streams.iter().map(|ctx| self.look_at(&ctx.name)).collect())
    }

    fn discover(&mut self) -> Result<Vec<DiscoveredStream>> {
        self.config.misbehaviour.at(Moment::Discover)?;
        Ok(self.config.streams.iter().map(|name| self.describe(name)).collect())
    }

    fn read(&mut self, ctx: &StreamContext, out: &mut Emitter) -> Result<()> {
        if self.config.echo_context {
            rapidbyte_sdk::info!("{ctx:?}");
        }
        let mut batch = Batch::new(schema(), ctx.limits.max_batch_bytes);
        let mut name = Vec::new();
        for id in 0..self.config.rows {
            if id == self.config.fail_at_row {
                self.config.misbehaviour.in_run(ctx)?;
            }
            name.clear();
            write!(name, "name-{id}")?;
            name.resize(name.len().max(self.config.name_bytes), b'.');
            if batch.rows() as u64 >= self.config.batch_rows.max(1) || !batch.has_room(name.len()) {
                self.emit(&mut batch, id, out)?;
            }
            let columns = batch.columns_mut();
            columns[0].push_i64(id as i64);
            if self.config.null_every > 0 && id % self.config.null_every == 0 {
                columns[1].push_null();
            } else {
                columns[1].push_bytes(&name);
            }
            batch.end_row();
        }
        if self.config.fail_at_row >= self.config.rows {
            self.config.misbehaviour.in_run(ctx)?;
        }
        // A stream without rows still tells its schema (I2).
        if !batch.is_empty() || (self.config.rows == 0 && !self.config.silent_when_empty) {
            self.emit(&mut batch, self.config.rows, out)?;
        }
        Ok(())
    }

    fn close(self) -> Result<()> {
        self.config.misbehaviour.at(Moment::Close)
    }
}

impl TestSource {
    fn emit(&self, batch: &mut Batch, next_id: u64, out: &mut Emitter) -> Result<()> {
        let mut ipc = Vec::new();
        batch.write_ipc(&mut ipc)?;
        match out.batch(&ipc, batch.rows() as u64) {
            Err(_) if self.config.ignore_errors => {}
            sent => sent?,
        }
        batch.clear();
        if self.config.barrier_every > 0 && out.batches() % self.config.barrier_every == 0 {
            out.barrier(&next_id.to_string())?;
        }
        wait(self.config.slow_ms)
    }

    fn look_at(&self, name: &str) -> Finding {
        if self.config.streams.iter().any(|known| known == name) {
            return Finding::ok(Some(name), "test.stream-found", format!("{name} has {} rows", self.config.rows));
        }
        Finding::error(Some(name), "test.stream-unknown", format!("there is no stream {name}"))
    }

    fn describe(&self, name: &str) -> DiscoveredStream {
        let schema = schema();
        let column = |field: &Field| Column {
            name: field.name.clone(),
            native_type: field.native_type().unwrap_or_default().to_owned(),
            arrow_type: field.data_type.to_string(),
            nullable: field.nullable,
        };
        DiscoveredStream {
            name: name.to_owned(),
            schema: StreamSchema {
                columns: schema.fields.iter().map(column).collect(),
                primary_key: vec!["id".to_owned()],
            },
            estimated_rows: Some(self.config.rows),
            estimated_bytes: None,
            sync_modes: vec![SyncMode::FullRefresh],
        }
    }
}

rapidbyte_sdk::source!(TestSource);

#[cfg(test)]
mod tests;
