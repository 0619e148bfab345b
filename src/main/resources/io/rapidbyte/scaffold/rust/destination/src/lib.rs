//! @NAME@: sends every batch to a TCP server, as its length in four bytes (big-endian) and an Arrow IPC stream. Without a
//! `host` it only counts. Put your own system in its place.
//!
//! It keeps no receipts, so rows come twice where a load is continued. A destination that can write rows and a note of
//! the barrier in one transaction implements `resume` and says how far it got.

use rapidbyte_sdk::arrow::Reader;
use rapidbyte_sdk::types::WriteSummary;
use rapidbyte_sdk::{ConnectorError, Destination, Finding, Inbound, Inbox, Result, StreamContext, TcpStream};
use serde::Deserialize;
use std::io::Write;

/// What a pipeline says under `config`; the schema in the manifest says the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    host: Option<String>,
    #[serde(default = "default_port")]
    port: u16,
}

fn default_port() -> u16 {
    7_777
}

pub struct Connector {
    config: Config,
}

impl Destination for Connector {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        if config.host.as_ref().is_some_and(String::is_empty) {
            return Err(ConnectorError::config("@NAME@.no-host", "config key `host` is empty; name a server"));
        }
        Ok(Self { config })
    }

    fn validate(&mut self, _streams: &[StreamContext]) -> Result<Vec<Finding>> {
        Ok(vec![match self.connect()? {
            Some(_) => Finding::ok(None, "@NAME@.reached", "the server answers"),
            None => Finding::warning(None, "@NAME@.dry-run", "without `host` rows are counted and thrown away"),
        }])
    }

    fn write(&mut self, ctx: &StreamContext, input: &mut Inbox) -> Result<WriteSummary> {
        let mut server = self.connect()?;
        let mut rows = 0;
        // An error from `input` is a failed upstream or a cancelled run: it ends the write, and nothing is confirmed.
        while let Some(inbound) = input.next()? {
            match inbound {
                Inbound::Batch(ipc) => {
                    rows += count(&ipc)?;
                    if let Some(server) = &mut server {
                        server.write_all(&(ipc.len() as u32).to_be_bytes())?;
                        server.write_all(&ipc)?;
                    }
                }
                Inbound::Barrier(barrier) => {
                    // Everything before it has to be durable before it is confirmed.
                    if let Some(server) = &mut server {
                        server.flush()?;
                    }
                    input.confirm(&barrier)?;
                }
            }
        }
        rapidbyte_sdk::info!("{}: {rows} rows", ctx.name);
        Ok(input.summary(rows, 0))
    }
}

fn count(ipc: &[u8]) -> Result<u64> {
    let mut reader = Reader::new(ipc)?;
    let mut rows = 0;
    while let Some(batch) = reader.next_batch()? {
        rows += batch.rows() as u64;
    }
    Ok(rows)
}

impl Connector {
    fn connect(&self) -> Result<Option<TcpStream>> {
        self.config.host.as_ref().map(|host| TcpStream::connect(host, self.config.port)).transpose()
    }
}

rapidbyte_sdk::destination!(Connector);

#[cfg(test)]
mod tests {
    use super::*;
    use rapidbyte_sdk::arrow::{Batch, DataType, Field, Schema};
    use rapidbyte_sdk::types::Barrier;
    use rapidbyte_sdk::{config, testing};

    fn ids(ids: &[i64]) -> Inbound {
        let mut batch = Batch::new(Schema::new(vec![Field::new("id", DataType::Int64, false)]), u64::MAX);
        for &id in ids {
            batch.columns_mut()[0].push_i64(id);
            batch.end_row();
        }
        let mut ipc = Vec::new();
        batch.write_ipc(&mut ipc).expect("a sound batch");
        Inbound::Batch(ipc)
    }

    fn write(inbound: Vec<Result<Inbound>>) -> Result<WriteSummary> {
        testing::reset();
        testing::with(|host| host.inbound.extend(inbound));
        let mut connector = Connector::open(config::parse("{}")?)?;
        connector.write(&StreamContext::for_tests("numbers"), &mut Inbox::default())
    }

    #[test]
    fn rows_are_counted_and_barriers_confirmed() {
        let last = Barrier { id: 1, payload: "all".to_owned(), last: true };
        let summary = write(vec![Ok(ids(&[1, 2])), Ok(ids(&[3])), Ok(Inbound::Barrier(last))]).expect("writes");
        assert_eq!((summary.rows, summary.batches), (3, 2));
        assert_eq!(testing::reset().committed, [(1, "all".to_owned())]);
    }

    #[test]
    fn a_failed_upstream_fails_the_write() {
        let failed = ConnectorError::data("test.failed", "the upstream failed");
        assert_eq!(write(vec![Ok(ids(&[1])), Err(failed.clone())]), Err(failed));
        assert!(testing::reset().committed.is_empty());
    }
}
