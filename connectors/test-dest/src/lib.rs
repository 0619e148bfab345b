//! A destination that stores nothing, but counts, and checks that the ids of `test-source` arrive
//! in order and without a gap. And that misbehaves on request.

use rapidbyte_sdk::arrow::{DataType, Reader};
use rapidbyte_sdk::types::{Comparison, KeyRange, MetricValue, RangeDigest, Receipt, StateScope, WriteSummary};
use rapidbyte_sdk::{host, ConnectorError, Destination, Finding, Inbound, Inbox, Result, StreamContext};
use serde::Deserialize;
use test_misbehave::{wait, Misbehaviour, Moment};

#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct Config {
    /// How far one id is from the next; 0 takes any ids, or none.
    step: i64,
    /// The first id.
    first: i64,
    /// The misbehaviour comes after so many batches; 0 for before the first.
    fail_after_batches: u64,
    /// Milliseconds of waiting after each batch.
    slow_ms: u64,
    /// Whether barriers are confirmed.
    confirm: bool,
    /// Writes the row count to the stream's state under `test-dest.rows`.
    store: bool,
    /// The sequence of every receipt; none keeps no receipts.
    receipt_sequence: Option<u64>,
    /// Keeps how many rows there are in the connector's state, at once and for all to see.
    count: bool,
    /// Takes a failed upstream for the end.
    ignore_errors: bool,
    #[serde(flatten)]
    misbehaviour: Misbehaviour,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            step: 1,
            first: 0,
            fail_after_batches: 0,
            slow_ms: 0,
            confirm: true,
            store: false,
            receipt_sequence: None,
            count: false,
            ignore_errors: false,
            misbehaviour: Misbehaviour::default(),
        }
    }
}

const COUNT_KEY: &str = "test-dest.count";

pub struct TestDest {
    config: Config,
}

/// What was seen of one stream.
struct Seen {
    rows: u64,
    next_id: i64,
    columns: usize,
}

impl Destination for TestDest {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        config.misbehaviour.at(Moment::Open)?;
        Ok(Self { config })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        self.config.misbehaviour.at(Moment::Validate)?;
        let ok = |ctx: &StreamContext| Finding::ok(Some(&ctx.name), "test.writable", "nothing will be stored");
        Ok(streams.iter().map(ok).collect())
    }

    fn write(&mut self, ctx: &StreamContext, input: &mut Inbox) -> Result<WriteSummary> {
        let mut seen = Seen { rows: 0, next_id: self.config.first, columns: 0 };
        let mut batches = 0;
        loop {
            if batches == self.config.fail_after_batches {
                self.config.misbehaviour.in_run(ctx)?;
            }
            let next = match input.next() {
                Err(_) if self.config.ignore_errors => None,
                next => next?,
            };
            match next {
                Some(Inbound::Batch(ipc)) => {
                    batches += 1;
                    self.check(&ipc, &mut seen)?;
                    self.count(seen.rows)?;
                    wait(self.config.slow_ms)?;
                }
                Some(Inbound::Barrier(barrier)) if self.config.confirm => input.confirm(&barrier)?,
                Some(Inbound::Barrier(_)) => {}
                None => break,
            }
        }
        self.report(ctx, batches, &seen)?;
        Ok(input.summary(seen.rows, 0))
    }

    fn resume(&mut self, ctx: &StreamContext) -> Result<Option<Receipt>> {
        let receipt = |sequence| Receipt {
            load_id: ctx.run.load_id.clone(),
            sequence,
            payload: String::new(),
            rows: 0,
            complete: false,
        };
        Ok(self.config.receipt_sequence.map(receipt))
    }

    fn digest(&mut self, _: &Comparison, _: &KeyRange, _: &[Vec<String>]) -> Result<Vec<RangeDigest>> {
        if !self.config.count {
            return Err(ConnectorError::config("connector.no-comparison", "nothing is counted"));
        }
        let stored = host::state_get(StateScope::Connector, COUNT_KEY)?.unwrap_or_default();
        let rows = String::from_utf8_lossy(&stored).parse().unwrap_or(0);
        Ok(vec![RangeDigest { rows, hash: String::new() }])
    }

    fn close(self) -> Result<()> {
        self.config.misbehaviour.at(Moment::Close)
    }
}

impl TestDest {
    fn count(&self, rows: u64) -> Result<()> {
        if !self.config.count {
            return Ok(());
        }
        host::state_put(StateScope::Connector, COUNT_KEY, rows.to_string().as_bytes())
    }

    fn check(&self, ipc: &[u8], seen: &mut Seen) -> Result<()> {
        let mut reader = Reader::new(ipc)?;
        seen.columns = reader.schema().fields.len();
        let id =
            reader.schema().fields.iter().position(|field| field.name == "id" && field.data_type == DataType::Int64);
        while let Some(batch) = reader.next_batch()? {
            if self.config.step != 0 {
                let id = id.ok_or_else(|| ConnectorError::schema("test.no-id", "the stream has no int64 column id"))?;
                self.follow(&batch.columns()[id], seen)?;
            }
            seen.rows += batch.rows() as u64;
        }
        Ok(())
    }

    fn follow(&self, ids: &rapidbyte_sdk::arrow::ColumnView<'_>, seen: &mut Seen) -> Result<()> {
        for row in 0..ids.rows() {
            let id = ids.i64(row);
            if id != seen.next_id {
                let message = format!("row {}: id {id} came where {} was due", seen.rows + row as u64, seen.next_id);
                return Err(ConnectorError::data("test.ids-not-contiguous", message));
            }
            seen.next_id += self.config.step;
        }
        Ok(())
    }

    fn report(&self, ctx: &StreamContext, batches: u64, seen: &Seen) -> Result<()> {
        host::metric("test_dest.rows", MetricValue::Counter(seen.rows));
        rapidbyte_sdk::info!("{}: {} rows of {} columns in {batches} batches", ctx.name, seen.rows, seen.columns);
        if self.config.store {
            host::state_put(StateScope::PerStream, "test-dest.rows", seen.rows.to_string().as_bytes())?;
        }
        Ok(())
    }
}

rapidbyte_sdk::destination!(TestDest);

#[cfg(test)]
mod tests;
