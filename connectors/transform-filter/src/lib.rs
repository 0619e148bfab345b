//! Passes on the rows that satisfy a predicate.
//!
//! ```yaml
//! transforms:
//!   - use: transform-filter
//!     config:
//!       where:
//!         all:
//!           - {column: amount, op: ">=", value: 10}
//!           - {column: country, op: in, values: [CZ, SK]}
//!           - not: {column: email, op: like, value: "%@example.com"}
//! ```
//!
//! NULL is as in SQL: a comparison with it is neither true nor false, and only rows for which the predicate is true pass.

mod config;
mod test;
#[cfg(test)]
mod tests;

use config::{Config, Predicate};
use rapidbyte_sdk::arrow::{Reader, Schema};
use rapidbyte_sdk::{Emitter, Finding, Result, StreamContext, Transform};
use rapidbyte_values::{picked, send};
use test::{Test, Truth};

pub struct Filter {
    predicate: Predicate,
    plan: Option<(Schema, Test)>,
}

impl Transform for Filter {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        Ok(Self { predicate: config.into_predicate()?, plan: None })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        Ok(streams.iter().filter_map(|ctx| self.look_at(ctx)).collect())
    }

    fn batch(&mut self, ctx: &StreamContext, ipc: Vec<u8>, out: &mut Emitter) -> Result<u64> {
        let mut reader = Reader::new(&ipc)?;
        let (schema, test) = match self.plan.take() {
            Some((schema, test)) if schema == *reader.schema() => (schema, test),
            _ => (reader.schema().clone(), Test::new(&self.predicate, reader.schema(), &ctx.name)?),
        };
        let mut rows = 0;
        while let Some(batch) = reader.next_batch()? {
            let truths = test.rows(&batch);
            let kept: Vec<usize> = (0..batch.rows()).filter(|row| truths[*row] == Truth::True).collect();
            rows += batch.rows() as u64;
            if !kept.is_empty() {
                send(&schema, kept.len(), &picked(&schema, &batch, &kept), ctx, out)?;
            }
        }
        // Nothing left: the columns have to arrive all the same, once.
        if out.batches() == 0 {
            out.schema(&schema)?;
        }
        self.plan = Some((schema, test));
        Ok(rows)
    }
}

impl Filter {
    /// Says early what the first batch would run into, as far as the host knows the columns.
    fn look_at(&self, ctx: &StreamContext) -> Option<Finding> {
        let known: Vec<&str> = ctx.schema.as_ref()?.columns.iter().map(|column| column.name.as_str()).collect();
        let mut used = Vec::new();
        columns(&self.predicate, &mut used);
        Some(match used.iter().find(|name| !known.contains(name)) {
            None => Finding::ok(Some(&ctx.name), "filter.columns-found", "all columns to filter by are there"),
            Some(name) => {
                let message = format!("there is no column {name:?} to filter by; there are {}", known.join(", "));
                Finding::error(Some(&ctx.name), "filter.unknown-column", message)
            }
        })
    }
}

fn columns<'a>(predicate: &'a Predicate, used: &mut Vec<&'a str>) {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|part| columns(part, used)),
        Predicate::Not(part) => columns(part, used),
        Predicate::Column(name, _) => used.push(name),
    }
}

rapidbyte_sdk::transform!(Filter);
