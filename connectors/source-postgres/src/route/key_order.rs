//! Full refreshes in the order of the primary key, so that a later attempt goes on behind the last row
//! that was made durable.

use rapidbyte_pg::{Client, Transport};
use rapidbyte_sdk::types::{ErrorCategory, StreamLimits};
use rapidbyte_sdk::{Result, StreamContext};

use super::{order_column, Route};
use crate::catalog::{Kind, Table};
use crate::config::Resume;
use crate::order::{Order, OrderColumn, OrderType};
use crate::ordering::Ordering;
use crate::saved::{self, KeyPosition, SavedColumn};
use crate::stream::{Refusal, Selection};
use crate::track::Track;

/// What a table must be larger than where no interval in bytes says so.
const LARGE_BYTES: u64 = 64 << 20;

/// The index is to be walked: a sort would keep all rows back until the last one is read.
const WALK_THE_INDEX: &str = "SET LOCAL enable_sort = off";

pub fn choose<T: Transport>(
    client: &mut Client<T>,
    selection: &Selection,
    resume: Resume,
    ctx: &StreamContext,
) -> Result<Result<Route, Refusal>> {
    if let Some(position) = ctx.position.as_deref().filter(|position| !position.is_empty()) {
        let facts = Ordering::of(client, &selection.table)?;
        return Ok(go_on(selection, &facts, position, ctx));
    }
    let possible = match resume {
        Resume::Off => false,
        Resume::Key => !selection.table.primary_key().is_empty(),
        Resume::Auto => may_pay(&selection.table, &ctx.limits),
    };
    if !possible {
        return Ok(Ok(Route::whole()));
    }
    let facts = Ordering::of(client, &selection.table)?;
    let order = key_of(selection, &facts).filter(|order| resume == Resume::Key || pays(order, &facts, &ctx.limits));
    Ok(Ok(match order {
        Some(order) => in_order(order, "", None),
        None => Route::whole(),
    }))
}

/// The order of the primary key, if it is read as a whole and its index has the order that the server
/// would compare by.
fn key_of(selection: &Selection, facts: &Ordering) -> Option<Order> {
    let columns: Option<Vec<OrderColumn>> =
        selection.table.primary_key().into_iter().map(|name| order_column(selection, facts, name)).collect();
    columns
        .filter(|columns| !columns.is_empty() && columns.iter().all(|column| !column.collate))
        .map(|columns| Order { columns })
}

/// Whether it is worth a question to the server.
fn may_pay(table: &Table, limits: &StreamLimits) -> bool {
    let places_barriers = limits.checkpoint_interval_bytes > 0
        || limits.checkpoint_interval_rows > 0
        || limits.checkpoint_interval_seconds > 0;
    let is_large = table.relation.estimated_bytes.is_none_or(|bytes| bytes == 0 || bytes > least_bytes(limits));
    places_barriers && is_large && table.relation.kind == Kind::Table && !table.primary_key().is_empty()
}

fn least_bytes(limits: &StreamLimits) -> u64 {
    match limits.checkpoint_interval_bytes {
        0 => LARGE_BYTES,
        bytes => bytes,
    }
}

/// Whether the walk costs hardly more than a scan, and there is something to be gained.
fn pays(order: &Order, facts: &Ordering, limits: &StreamLimits) -> bool {
    let leading = &order.columns[0];
    // Without statistics: numbers and times mostly grow as rows are added.
    let grows = || {
        leading.order_type.is_time()
            || matches!(leading.order_type, OrderType::Int2 | OrderType::Int4 | OrderType::Int8)
    };
    let correlated = facts.is_correlated(&leading.name).unwrap_or_else(grows);
    correlated && facts.bytes > least_bytes(limits)
}

fn in_order(order: Order, condition: &str, start: Option<String>) -> Route {
    let tail = format!("{condition} ORDER BY {}", order.by());
    Route {
        prepare: Some(WALK_THE_INDEX),
        tails: vec![tail],
        track: Some(Track::of_key(order, start)),
        warnings: Vec::new(),
    }
}

/// Goes on where an earlier attempt stopped.
fn go_on(selection: &Selection, facts: &Ordering, position: &str, ctx: &StreamContext) -> Result<Route, Refusal> {
    let refuse = |why: &str| {
        let message = format!(
            "stream {}: the unfinished load cannot be continued: {why}; begin it anew: rapidbyte state reset --stream {}",
            ctx.name, ctx.name
        );
        Err(Refusal::new(ErrorCategory::Schema, "pg.position-lost", message))
    };
    let saved: KeyPosition = match saved::read(position) {
        Ok(saved) => saved,
        Err(why) => return refuse(&format!("its position cannot be read: {why}")),
    };
    let Some(order) = key_of(selection, facts) else {
        return refuse("the table is no longer read in the order of a primary key");
    };
    let now = order.columns.iter().map(|column| SavedColumn(column.name.clone(), column.order_type.name().to_owned()));
    if !now.eq(saved.columns.iter().cloned()) || saved.values.len() != saved.columns.len() {
        return refuse("the table's primary key has changed since");
    }
    let condition = format!(" WHERE {}", order.after(&saved.values));
    Ok(in_order(order, &condition, Some(position.to_owned())))
}
