//! Selects, renames and casts columns, and adds constant ones.
//!
//! ```yaml
//! transforms:
//!   - use: transform-cast-rename
//!     config:
//!       select: [id, amount, created]           # these, in this order; all by default
//!       rename: {created: created_at}
//!       cast: {amount: "numeric(12,2)"}         # by the column's name in the source
//!       constant:
//!         origin: {type: text, value: shop}
//!       on_bad_value: dlq                       # fail | skip | dlq; by default the destination's on_data_error
//! ```
//!
//! A cast goes by way of the text that PostgreSQL prints and reads, and is exact: what would have to be rounded or cut off is a bad
//! value, and its row a bad row. NULL stays NULL.

mod config;
mod plan;
mod target;
#[cfg(test)]
mod tests;

use config::{Config, Settings};
use plan::{Origin, Plan};
use rapidbyte_sdk::arrow::{BatchView, Column, Reader};
use rapidbyte_sdk::{Emitter, Finding, Result, StreamContext, Transform};
use rapidbyte_values::{reject, send, OnBadRow};

pub struct CastRename {
    settings: Settings,
    plan: Option<Plan>,
}

impl Transform for CastRename {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        Ok(Self { settings: config.into_settings()?, plan: None })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        Ok(streams.iter().filter_map(|ctx| self.look_at(ctx)).collect())
    }

    fn batch(&mut self, ctx: &StreamContext, ipc: Vec<u8>, out: &mut Emitter) -> Result<u64> {
        let mut reader = Reader::new(&ipc)?;
        let plan = match self.plan.take() {
            Some(plan) if plan.input == *reader.schema() => plan,
            _ => Plan::new(reader.schema().clone(), &self.settings, &ctx.name)?,
        };
        let policy = OnBadRow::or_policy(self.settings.on_bad_value, ctx);
        let mut rows = 0;
        while let Some(batch) = reader.next_batch()? {
            let kept = sound_rows(&plan, &batch, policy, ctx)?;
            rows += batch.rows() as u64;
            if !kept.is_empty() {
                send(&plan.output, kept.len(), &columns(&plan, &batch, &kept), ctx, out)?;
            }
        }
        if out.batches() == 0 {
            out.schema(&plan.output)?;
        }
        self.plan = Some(plan);
        Ok(rows)
    }
}

impl CastRename {
    /// Says early what the first batch would run into, as far as the host knows the columns.
    fn look_at(&self, ctx: &StreamContext) -> Option<Finding> {
        let known: Vec<&str> = ctx.schema.as_ref()?.columns.iter().map(|column| column.name.as_str()).collect();
        Some(match plan::check_names(&known, &self.settings, &ctx.name) {
            Ok(()) => Finding::ok(Some(&ctx.name), "cast.columns-found", "all columns it names are there"),
            Err(error) => Finding::error(Some(&ctx.name), &error.code, error.message),
        })
    }
}

/// The rows whose values can all be cast; the others are rejected.
fn sound_rows(plan: &Plan, batch: &BatchView<'_>, policy: OnBadRow, ctx: &StreamContext) -> Result<Vec<usize>> {
    let mut bad: Vec<Option<usize>> = vec![None; batch.rows()];
    let mut text = Vec::new();
    for origin in &plan.origins {
        let Origin::Cast(index, target) = origin else { continue };
        let (field, view) = (&plan.input.fields[*index], &batch.columns()[*index]);
        let mut tried = Column::new(&target.data_type());
        for (row, bad) in bad.iter_mut().enumerate() {
            if !view.is_null(row) && bad.is_none() && !target.push(field, view, row, &mut text, &mut tried) {
                *bad = Some(*index);
            }
        }
    }
    let mut kept = Vec::with_capacity(batch.rows());
    for (row, bad) in bad.iter().enumerate() {
        match bad {
            None => kept.push(row),
            Some(index) => {
                let why = format!("column {}: a value that cannot be cast exactly", plan.input.fields[*index].name);
                reject(policy, ctx, &plan.input, batch, row, "cast.bad-value", &why)?;
            }
        }
    }
    Ok(kept)
}

/// The columns that leave, of rows that can all be cast.
fn columns(plan: &Plan, batch: &BatchView<'_>, rows: &[usize]) -> Vec<Column> {
    let mut text = Vec::new();
    let built = plan.origins.iter().zip(&plan.output.fields).map(|(origin, output)| {
        let mut column = Column::new(&output.data_type);
        for &row in rows {
            match origin {
                Origin::Same(index) => column.push_from(&output.data_type, &batch.columns()[*index], row),
                Origin::Cast(index, target) => {
                    let view = &batch.columns()[*index];
                    if view.is_null(row) || !target.push(&plan.input.fields[*index], view, row, &mut text, &mut column) {
                        column.push_null();
                    }
                }
                Origin::Constant(target, value) => {
                    if !target.push_text(value, &mut column) {
                        column.push_null(); // the plan has tried it
                    }
                }
            }
        }
        column
    });
    built.collect()
}

rapidbyte_sdk::transform!(CastRename);
