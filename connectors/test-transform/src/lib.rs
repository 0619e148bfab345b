//! A transform that passes batches on, drops or doubles some, and misbehaves on request.

use rapidbyte_sdk::arrow::{write_columns, BatchView, Column, ColumnView, Reader, Schema};
use rapidbyte_sdk::{Emitter, Result, StreamContext, Transform};
use serde::Deserialize;
use test_misbehave::{wait, Misbehaviour, Moment};

/// What becomes of a batch.
#[derive(Debug, Clone, Copy, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Byte by byte as it came.
    #[default]
    Pass,
    /// Read and written anew.
    Rewrite,
    /// Rows of odd number, counted through the stream, are left out.
    DropOddRows,
    /// Batches of odd number are left out.
    DropOddBatches,
    /// Sent twice.
    Double,
    /// Left out where they have no rows.
    DropEmpty,
    /// Each with one column less than the one before.
    Shrink,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub struct Config {
    action: Action,
    /// The misbehaviour comes after so many batches; 0 for before the first.
    fail_after_batches: u64,
    /// Milliseconds of waiting after each batch.
    slow_ms: u64,
    #[serde(flatten)]
    misbehaviour: Misbehaviour,
}

pub struct TestTransform {
    config: Config,
    batches: u64,
    rows: u64,
}

impl Transform for TestTransform {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        config.misbehaviour.at(Moment::Open)?;
        Ok(Self { config, batches: 0, rows: 0 })
    }

    fn validate(&mut self, _streams: &[StreamContext]) -> Result<Vec<rapidbyte_sdk::Finding>> {
        self.config.misbehaviour.at(Moment::Validate)?;
        Ok(Vec::new())
    }

    fn batch(&mut self, ctx: &StreamContext, ipc: Vec<u8>, out: &mut Emitter) -> Result<u64> {
        if self.batches == self.config.fail_after_batches {
            self.config.misbehaviour.in_run(ctx)?;
        }
        let mut reader = Reader::new(&ipc)?;
        let schema = reader.schema().clone();
        let mut rows = 0;
        let mut kept = Vec::new();
        while let Some(batch) = reader.next_batch()? {
            rows += batch.rows() as u64;
            kept.push(batch);
        }
        let number = self.batches;
        self.batches += 1;
        match self.config.action {
            Action::Pass => out.batch(&ipc, rows)?,
            Action::Double => {
                out.batch(&ipc, rows)?;
                out.batch(&ipc, rows)?;
            }
            Action::DropEmpty if rows > 0 => out.batch(&ipc, rows)?,
            Action::DropEmpty => {}
            Action::Shrink => self.shrink(&schema, &kept, number as usize, out)?,
            Action::DropOddBatches if number % 2 == 0 => out.batch(&ipc, rows)?,
            Action::DropOddBatches => {}
            Action::Rewrite => {
                for batch in &kept {
                    let raw: Vec<_> = batch.columns().iter().map(ColumnView::raw).collect();
                    let mut written = Vec::new();
                    write_columns(&schema, 0..batch.rows(), &raw, &mut written)?;
                    out.batch(&written, batch.rows() as u64)?;
                }
            }
            Action::DropOddRows => {
                for batch in &kept {
                    self.keep_even(&schema, batch.columns(), out)?;
                }
            }
        }
        self.rows += rows;
        wait(self.config.slow_ms)?;
        Ok(rows)
    }

    fn close(self) -> Result<()> {
        self.config.misbehaviour.at(Moment::Close)
    }
}

impl TestTransform {
    fn shrink(&self, schema: &Schema, kept: &[BatchView<'_>], by: usize, out: &mut Emitter) -> Result<()> {
        let columns = schema.fields.len().saturating_sub(by).max(1);
        let smaller = Schema::new(schema.fields[..columns].to_vec());
        for batch in kept {
            let raw: Vec<_> = batch.columns()[..columns].iter().map(ColumnView::raw).collect();
            let mut written = Vec::new();
            write_columns(&smaller, 0..batch.rows(), &raw, &mut written)?;
            out.batch(&written, batch.rows() as u64)?;
        }
        Ok(())
    }

    fn keep_even(&self, schema: &Schema, columns: &[ColumnView<'_>], out: &mut Emitter) -> Result<()> {
        let rows = columns.first().map_or(0, ColumnView::rows);
        let even: Vec<usize> = (0..rows).filter(|row| (self.rows + *row as u64) % 2 == 0).collect();
        let mut picked = Vec::new();
        for (field, column) in schema.fields.iter().zip(columns) {
            let mut kept = Column::new(&field.data_type);
            even.iter().for_each(|&row| kept.push_from(&field.data_type, column, row));
            picked.push(kept);
        }
        let raw = picked.iter().map(Column::raw).collect::<Result<Vec<_>, _>>()?;
        let mut written = Vec::new();
        write_columns(schema, 0..even.len(), &raw, &mut written)?;
        out.batch(&written, even.len() as u64)
    }
}

rapidbyte_sdk::transform!(TestTransform);

#[cfg(test)]
mod tests;
