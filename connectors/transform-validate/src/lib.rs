//! Holds rows against rules, column by column.
//!
//! ```yaml
//! transforms:
//!   - use: transform-validate
//!     config:
//!       rules:
//!         - {column: email, not_null: true, matches: "^[^@ ]+@[^@ ]+$"}
//!         - {column: amount, min: 0, max: 10000}
//!         - {column: id, unique: true}
//!       on_violation: dlq            # fail | skip | dlq; by default the destination's on_data_error
//! ```
//!
//! NULL breaks `not_null` alone. The first rule that a row breaks decides. `unique` looks back to where the read of the
//! stream began; where a load goes on after an interruption, that is the checkpoint it goes on from.

mod rules;
#[cfg(test)]
mod tests;

use rapidbyte_sdk::arrow::{Reader, Schema};
use rapidbyte_sdk::{Emitter, Finding, Result, StreamContext, Transform};
use rapidbyte_values::{picked, reject, send, OnBadRow};
use rules::{Config, Plan, Rule, Seen};

pub struct Validate {
    rules: Vec<Rule>,
    on_violation: Option<OnBadRow>,
    plan: Option<(Schema, Plan)>,
    seen: Seen,
}

impl Transform for Validate {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        let (rules, on_violation) = config.into_rules()?;
        Ok(Self { seen: Seen::new(rules.len()), rules, on_violation, plan: None })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        Ok(streams.iter().filter_map(|ctx| self.look_at(ctx)).collect())
    }

    fn batch(&mut self, ctx: &StreamContext, ipc: Vec<u8>, out: &mut Emitter) -> Result<u64> {
        let mut reader = Reader::new(&ipc)?;
        let (schema, plan) = match self.plan.take() {
            Some((schema, plan)) if schema == *reader.schema() => (schema, plan),
            _ => (reader.schema().clone(), Plan::new(&self.rules, reader.schema(), &ctx.name)?),
        };
        let policy = OnBadRow::or_policy(self.on_violation, ctx);
        let mut rows = 0;
        while let Some(batch) = reader.next_batch()? {
            let mut kept = Vec::with_capacity(batch.rows());
            for row in 0..batch.rows() {
                match plan.broken(&batch, row, &mut self.seen)? {
                    None => kept.push(row),
                    Some(broken) => reject(policy, ctx, &schema, &batch, row, broken.code, &broken.why)?,
                }
            }
            rows += batch.rows() as u64;
            if !kept.is_empty() {
                send(&schema, kept.len(), &picked(&schema, &batch, &kept), ctx, out)?;
            }
        }
        if out.batches() == 0 {
            out.schema(&schema)?;
        }
        self.plan = Some((schema, plan));
        Ok(rows)
    }
}

impl Validate {
    /// Says early what the first batch would run into, as far as the host knows the columns.
    fn look_at(&self, ctx: &StreamContext) -> Option<Finding> {
        let known: Vec<&str> = ctx.schema.as_ref()?.columns.iter().map(|column| column.name.as_str()).collect();
        Some(match self.rules.iter().find(|rule| !known.contains(&rule.column.as_str())) {
            None => Finding::ok(Some(&ctx.name), "validate.columns-found", "all columns with rules are there"),
            Some(rule) => {
                let message = format!("there is no column {:?}; there are {}", rule.column, known.join(", "));
                Finding::error(Some(&ctx.name), "validate.unknown-column", message)
            }
        })
    }
}

rapidbyte_sdk::transform!(Validate);
