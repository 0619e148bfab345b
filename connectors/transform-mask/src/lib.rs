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
#[cfg(test)]
mod tests;

use config::{Config, Rule, Rules};
use plan::Plan;
use rapidbyte_sdk::arrow::{write_columns, BatchView, Column, RawColumn, Reader};
use rapidbyte_sdk::{Emitter, Finding, Result, StreamContext, Transform};
use std::ops::Range;

/// The transform. Its plan is made for the first batch and kept while the schema stays.
pub struct Mask {
    rules: Rules,
    plan: Option<Plan>,
    ipc: Vec<u8>,
}

impl Transform for Mask {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        Ok(Self { rules: config.into_rules()?, plan: None, ipc: Vec::new() })
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
            self.emit(&plan, &batch, 0..batch.rows(), ctx.limits.max_batch_bytes, out)?;
            rows += batch.rows() as u64;
            batches += 1;
        }
        if batches == 0 {
            self.emit_schema(&plan, out)?;
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

    /// Emits some rows as one batch, or as two halves if masking made them larger than a batch may be (I16).
    fn emit(
        &mut self,
        plan: &Plan,
        batch: &BatchView<'_>,
        rows: Range<usize>,
        max: u64,
        out: &mut Emitter,
    ) -> Result<()> {
        let built = build(plan, batch, rows.clone());
        let mut raw: Vec<RawColumn<'_>> = Vec::with_capacity(built.len());
        for (column, view) in built.iter().zip(batch.columns()) {
            raw.push(column.as_ref().map_or(Ok(view.raw()), Column::raw)?);
        }
        write_columns(&plan.output, rows.len(), &raw, &mut self.ipc)?;
        if self.ipc.len() as u64 <= max || rows.len() <= 1 {
            return out.batch(&self.ipc, rows.len() as u64);
        }
        let middle = rows.start + rows.len() / 2;
        self.emit(plan, batch, rows.start..middle, max, out)?;
        self.emit(plan, batch, middle..rows.end, max, out)
    }

    /// A stream without rows still has columns (I2).
    fn emit_schema(&mut self, plan: &Plan, out: &mut Emitter) -> Result<()> {
        let empty: Vec<Column> = plan.output.fields.iter().map(|field| Column::new(&field.data_type)).collect();
        let raw = empty.iter().map(Column::raw).collect::<Result<Vec<_>, _>>()?;
        write_columns(&plan.output, 0, &raw, &mut self.ipc)?;
        out.batch(&self.ipc, 0)
    }
}

/// The columns that had to be built; the others pass through as they lie in the batch.
fn build(plan: &Plan, batch: &BatchView<'_>, rows: Range<usize>) -> Vec<Option<Column>> {
    let whole = rows.len() == batch.rows();
    let columns = batch.columns().iter().enumerate().map(|(index, view)| {
        let (input, output) = (&plan.input.fields[index], &plan.output.fields[index]);
        match &plan.rules[index] {
            Some(rule) => Some(mask::mask(rule, input, &output.data_type, view, rows.clone())),
            None if whole => None,
            None => {
                let mut part = Column::new(&output.data_type);
                rows.clone().for_each(|row| part.push_from(&output.data_type, view, row));
                Some(part)
            }
        }
    });
    columns.collect()
}

rapidbyte_sdk::transform!(Mask);
