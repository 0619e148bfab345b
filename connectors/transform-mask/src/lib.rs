//! Hides the values of chosen columns on their way.
//!
//! ```yaml
//! transforms:
//!   - use: transform-mask
//!     config:
//!       fields: [email]                       # short form: hash
//!       rules:                                # long form
//!         phone: { method: partial, keep_end: 4 }
//!         notes: { method: redact, replacement: "***" }
//!         ssn:   { method: hash, salt: "${MASK_SALT}" }
//! ```
//!
//! * `hash`: SHA-256 of the salt followed by the value, in hex; what SQL has as
//!   `encode(sha256(convert_to(salt || value, 'UTF8')), 'hex')`. The same value gives the same hash, so masked
//!   columns can still be joined. Values that are not text are hashed as PostgreSQL prints them,
//!   `bytea` by its bytes. Without a salt, values from a small set can be guessed; `check` warns.
//! * `redact`: one text for all values; columns that are not text become NULL unless `replacement` is given.
//! * `partial`: `keep_start` and `keep_end` characters stay, each other becomes the `replacement`.
//!
//! NULL stays NULL. A masked column becomes `text`. Keys can only be hashed.

mod config;
mod mask;
mod plan;
mod sha256;
#[cfg(test)]
mod tests;

use config::{Config, Rule, Rules};
use plan::Plan;
use rapidbyte_sdk::arrow::{Column, RawColumn, Reader};
use rapidbyte_sdk::{Emitter, Finding, Result, StreamContext, Transform};

/// The transform. Its plan is made for the first batch and kept while the schema stays.
pub struct Mask {
    rules: Rules,
    plan: Option<Plan>,
}

impl Transform for Mask {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        Ok(Self { rules: config.into_rules()?, plan: None })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (column, rule) in &self.rules.by_column {
            if matches!(rule, Rule::Hash { salt: None }) {
                let message = format!("{column} is hashed without a salt, so its values can be guessed; set `salt`");
                findings.push(Finding::warning(None, "mask.no-salt", message));
            }
        }
        findings.extend(streams.iter().filter_map(|ctx| self.look_at(ctx)));
        Ok(findings)
    }

    fn batch(&mut self, ctx: &StreamContext, ipc: Vec<u8>, out: &mut Emitter) -> Result<u64> {
        let mut reader = Reader::new(&ipc)?;
        let plan = match self.plan.take() {
            Some(plan) if plan.input == *reader.schema() => plan,
            _ => Plan::new(reader.schema().clone(), &self.rules, &ctx.name)?,
        };
        let mut rows = 0;
        let mut batches = 0;
        while let Some(batch) = reader.next_batch()? {
            let masked = plan.mask(&batch);
            // The other columns pass through as they lie in the batch.
            let raw = masked.iter().zip(batch.columns()).map(|(masked, view)| masked.as_ref().map_or(Ok(view.raw()), Column::raw));
            let raw: Vec<RawColumn<'_>> = raw.collect::<Result<_, _>>()?;
            out.columns(&plan.output, batch.rows(), &raw, ctx.limits.max_batch_bytes)?;
            rows += batch.rows() as u64;
            batches += 1;
        }
        if batches == 0 {
            out.schema(&plan.output)?;
        }
        self.plan = Some(plan);
        Ok(rows)
    }
}

impl Mask {
    /// Says early what the first batch would run into, as far as the host knows the columns.
    fn look_at(&self, ctx: &StreamContext) -> Option<Finding> {
        let known =
            ctx.schema.as_ref().map(|schema| schema.columns.iter().map(|column| column.name.as_str()).collect());
        let selected = ctx.selected_columns.as_ref().map(|columns| columns.iter().map(String::as_str).collect());
        let names: Vec<&str> = selected.or(known)?;
        Some(match plan::check_names(&names, &self.rules, &ctx.name) {
            Ok(()) => Finding::ok(Some(&ctx.name), "mask.columns-found", "all columns to mask are there"),
            Err(error) => Finding::error(Some(&ctx.name), &error.code, error.message),
        })
    }
}

rapidbyte_sdk::transform!(Mask);
