//! A destination on a real server, fed by hand.
#![allow(dead_code)] // each test file uses its own part

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

use dest_postgres::DestPostgres;
use rapidbyte_sdk::arrow::{Batch, Schema};
use rapidbyte_sdk::testing;
use rapidbyte_sdk::types::*;
use rapidbyte_sdk::{config, Destination, Inbox, Result};
use rapidbyte_testkit::{Server, DATABASE, SUPERUSER};

/// One server for all tests that run at the same time; it stops with the last of them.
pub fn server() -> Arc<Server> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(Server::start());
        *shared = Arc::downgrade(&server);
        server
    })
}

/// A destination whose tables are in a schema of their own.
#[derive(Clone)]
pub struct Target {
    pub server: Arc<Server>,
    pub schema: String,
    pub load_method: &'static str,
    pub user: String,
    pub evolution: SchemaEvolution,
    pub primary_key: Vec<String>,
    pub pipeline: String,
    pub run_id: String,
    pub state_id: String,
    pub epoch: u64,
    pub attempt: u32,
    /// None makes one for each write.
    pub load_id: Option<String>,
    pub on_data_error: DataErrorPolicy,
}

/// Drops and makes the schema.
pub fn target(schema: &str) -> Target {
    let server = server();
    let quoted = rapidbyte_sdk::names::quote_identifier(schema);
    server.run(&format!("DROP SCHEMA IF EXISTS {quoted} CASCADE; CREATE SCHEMA {quoted}"));
    Target {
        server,
        schema: schema.to_owned(),
        load_method: "copy",
        user: SUPERUSER.to_owned(),
        evolution: SchemaEvolution {
            new_column: NewColumnPolicy::Add,
            removed_column: RemovedColumnPolicy::Ignore,
            type_change: TypeChangePolicy::Fail,
            nullability_change: NullabilityChangePolicy::Allow,
        },
        primary_key: Vec::new(),
        pipeline: "test".to_owned(),
        run_id: "run-1".to_owned(),
        state_id: "state-1".to_owned(),
        epoch: 1,
        attempt: 1,
        load_id: None,
        on_data_error: DataErrorPolicy::Fail,
    }
}

impl Target {
    /// The same, but of another run, or of whatever else `change` makes it.
    pub fn with(&self, change: impl FnOnce(&mut Target)) -> Target {
        let mut other = self.clone();
        change(&mut other);
        other
    }

    /// The same in the pipeline's n-th run.
    pub fn run(&self, number: u64) -> Target {
        self.with(|target| {
            target.run_id = format!("run-{number}");
            target.epoch = number;
            target.attempt = 1;
        })
    }

    pub fn open(&self) -> DestPostgres {
        let json = format!(
            r#"{{"host":"127.0.0.1","port":{},"user":"{}","database":"{DATABASE}","schema":{:?},"sslmode":"disable","load_method":"{}"}}"#,
            self.server.port(),
            self.user,
            self.schema,
            self.load_method
        );
        DestPostgres::open(config::parse(&json).expect("the configuration parses")).expect("opens")
    }

    pub fn context(&self, stream: &str, mode: WriteMode) -> StreamContext {
        StreamContext {
            name: stream.to_owned(),
            sync_mode: SyncMode::FullRefresh,
            write_mode: mode,
            primary_key: self.primary_key.clone(),
            selected_columns: None,
            cursor: None,
            position: None,
            schema: None,
            limits: StreamLimits {
                max_batch_bytes: 1 << 20,
                max_record_bytes: 1 << 20,
                max_inflight_batches: 4,
                checkpoint_interval_bytes: 0,
                checkpoint_interval_rows: 0,
                checkpoint_interval_seconds: 0,
            },
            policies: StreamPolicies { on_data_error: self.on_data_error, schema_evolution: self.evolution.clone() },
            partition: None,
            run: RunIdentity {
                pipeline: self.pipeline.clone(),
                run_id: self.run_id.clone(),
                load_id: self.load_id.clone().unwrap_or_else(unique_load),
                state_id: self.state_id.clone(),
                epoch: self.epoch,
                attempt: self.attempt,
            },
        }
    }

    /// Writes what is given, to the end.
    pub fn write(&self, stream: &str, mode: WriteMode, inbound: Vec<Result<Inbound>>) -> Result<WriteSummary> {
        testing::with(|host| host.inbound = inbound.into());
        let mut destination = self.open();
        let written = destination.write(&self.context(stream, mode), &mut Inbox::default());
        destination.close().expect("closes");
        written
    }

    pub fn append(&self, stream: &str, batches: Vec<Vec<u8>>) -> Result<WriteSummary> {
        self.write(stream, WriteMode::Append, inbound(batches))
    }

    pub fn replace(&self, stream: &str, batches: Vec<Vec<u8>>) -> Result<WriteSummary> {
        self.write(stream, WriteMode::Replace, inbound(batches))
    }

    /// Runs SQL in the schema and gives the only value of its result.
    pub fn ask(&self, sql: &str) -> String {
        let mut client = self.server.client();
        let path = rapidbyte_sdk::names::quote_identifier(&self.schema);
        client.execute(&format!("SET search_path = {path}, public")).expect("the path is set");
        match client.simple_query(sql) {
            Ok(rows) => rows.single().unwrap_or("").to_owned(),
            Err(error) => panic!("{error}\nin: {sql}"),
        }
    }
}

fn unique_load() -> String {
    static LOADS: AtomicU32 = AtomicU32::new(0);
    format!("load-{}", LOADS.fetch_add(1, Ordering::Relaxed))
}

/// The batches, and the last barrier of a load that has no other.
pub fn inbound(batches: Vec<Vec<u8>>) -> Vec<Result<Inbound>> {
    let mut stream: Vec<Result<Inbound>> = batches.into_iter().map(|ipc| Ok(Inbound::Batch(ipc))).collect();
    stream.push(barrier(1, true));
    stream
}

pub fn barrier(id: u64, last: bool) -> Result<Inbound> {
    Ok(Inbound::Barrier(Barrier { id, payload: format!("at {id}"), last }))
}

/// A batch whose rows `fill` pushes, `rows` times.
pub fn batch(
    schema: &Schema,
    rows: usize,
    mut fill: impl FnMut(&mut [rapidbyte_sdk::arrow::Column], usize),
) -> Vec<u8> {
    let mut batch = Batch::new(schema.clone(), 64 << 20);
    for row in 0..rows {
        fill(batch.columns_mut(), row);
        batch.end_row();
    }
    let mut ipc = Vec::new();
    batch.write_ipc(&mut ipc).expect("the batch is whole");
    ipc
}

pub fn logs() -> Vec<String> {
    testing::with(|host| host.logs.iter().map(|(_, line)| line.clone()).collect())
}
