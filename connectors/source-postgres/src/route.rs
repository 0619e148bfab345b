//! Which rows of a table a read asks for, and in which order.

mod incremental;
mod key_order;

use rapidbyte_pg::{Client, Transport};
use rapidbyte_sdk::types::SyncMode;
use rapidbyte_sdk::{Finding, Result, StreamContext};

use crate::config::Resume;
use crate::order::OrderColumn;
use crate::ordering::Ordering;
use crate::saved::SavedColumn;
use crate::stream::{Refusal, Selection};
use crate::track::Track;

/// How the rows of a stream are read.
pub struct Route {
    /// To be run before, in the same transaction.
    pub prepare: Option<&'static str>,
    /// What follows SELECT … FROM … in each COPY, in their order.
    pub tails: Vec<String>,
    /// Present where a place in the read can be named.
    pub track: Option<Track>,
    /// What deserves a look.
    pub warnings: Vec<Finding>,
}

impl Route {
    /// All rows as they come.
    fn whole() -> Route {
        Route { prepare: None, tails: vec![String::new()], track: None, warnings: Vec::new() }
    }

    /// Chooses the way. The inner error holds everything that stands in it, never nothing.
    pub fn choose<T: Transport>(
        client: &mut Client<T>,
        selection: &Selection,
        resume: Resume,
        ctx: &StreamContext,
    ) -> Result<Result<Route, Vec<Refusal>>> {
        match ctx.sync_mode {
            SyncMode::Incremental => incremental::choose(client, selection, ctx),
            SyncMode::FullRefresh | SyncMode::Cdc => {
                Ok(key_order::choose(client, selection, resume, ctx)?.map_err(|refusal| vec![refusal]))
            }
        }
    }
}

/// The column as part of an order, if it is read and its type can be.
fn order_column(selection: &Selection, facts: &Ordering, name: &str) -> Option<OrderColumn> {
    let index = selection.columns.iter().position(|column| column.name == name)?;
    OrderColumn::of(&selection.columns[index], index, facts.in_byte_order(name))
}

/// The place of a column among those read, if it is as it was when it was written down.
fn unchanged(selection: &Selection, saved: &SavedColumn) -> Option<usize> {
    selection.columns.iter().position(|column| column.name == saved.0 && column.native_type == saved.1)
}
