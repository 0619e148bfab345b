//! Reads of what lies behind a cursor (I12, I13, I14).

use rapidbyte_pg::{Client, Transport};
use rapidbyte_sdk::types::{Cursor, CursorNulls, CursorValue, ErrorCategory};
use rapidbyte_sdk::{ConnectorError, Finding, Result, StreamContext};

use super::{order_column, unchanged, Route};
use crate::catalog::CatalogColumn;
use crate::columns;
use crate::order::{Order, OrderColumn, OrderType};
use crate::ordering::Ordering;
use crate::saved::{self, Delivered, SavedColumn, TieBreaker};
use crate::stream::{self, Refusal, Selection};
use crate::ties::{Boundary, CursorPlace, TieGroup};
use crate::track::{CursorTrack, Track};
use crate::types::Mapping;

pub fn choose<T: Transport>(
    client: &mut Client<T>,
    selection: &Selection,
    ctx: &StreamContext,
) -> Result<Result<Route, Vec<Refusal>>> {
    let facts = Ordering::of(client, &selection.table)?;
    let read = match Incremental::new(selection, &facts, ctx, client.server_version()) {
        Ok(read) => read,
        Err(refusals) => return Ok(Err(refusals)),
    };
    if read.cursor.nulls == CursorNulls::Fail && read.nullable {
        let null = format!("{} IS NULL", read.column().sql());
        let sql = format!("SELECT EXISTS (SELECT FROM {} WHERE {null})", selection.table.from_clause());
        if client.simple_query(&sql)?.single() == Some("t") {
            return Ok(Err(vec![read.refuse_null()]));
        }
    }
    let floor = match (&read.start, &read.cursor.last_value) {
        (Start::Lagging, Some(last)) => Some(units(client, read.column().order_type, &last.value)?),
        _ => None,
    };
    Ok(Ok(read.route(floor)))
}

/// Where a read begins.
enum Start {
    /// With all rows, those without a cursor first if they are to be read.
    First,
    /// With the first row that has a cursor: those without one were delivered.
    FirstWithCursor,
    /// Behind the row that has these values.
    Behind(Order, Vec<String>),
    /// With the stored value, leaving out the rows that were delivered.
    At(Boundary),
    /// Some seconds before the stored value, whatever was delivered.
    Lagging,
}

struct Incremental<'a> {
    selection: &'a Selection,
    ctx: &'a StreamContext,
    cursor: &'a Cursor,
    /// The cursor, then what tells rows with equal cursors apart, if anything does.
    order: Order,
    is_unique: bool,
    start: Start,
    nullable: bool,
    /// From this value on rows count as without a cursor: once stored, nothing could follow it.
    unbounded: Option<&'static str>,
}

impl<'a> Incremental<'a> {
    fn new(
        selection: &'a Selection,
        facts: &Ordering,
        ctx: &'a StreamContext,
        server_version: u32,
    ) -> Result<Incremental<'a>, Vec<Refusal>> {
        let Some(cursor) = &ctx.cursor else {
            let message = format!("stream {}: sync_mode incremental needs a cursor_field", ctx.name);
            return Err(vec![Refusal::config("pg.no-cursor", message)]);
        };
        let column = checked(selection, cursor, ctx)?;
        let Some(first) = order_column(selection, facts, &cursor.field) else {
            return Err(vec![wrong_type(column, ctx)]);
        };
        if cursor.lag_seconds > 0 && !first.order_type.is_time() {
            let message = format!(
                "stream {}: cursor_lag goes with a cursor of type date, timestamp or timestamptz; {:?} is of type {}",
                ctx.name, column.name, column.native_type
            );
            return Err(vec![Refusal::config("pg.cursor-lag", message)]);
        }
        let unbounded = first.order_type.unbounded(server_version);
        let start = match &cursor.last_value {
            None => Start::First,
            Some(last) => start(selection, facts, cursor, &first, last).map_err(|why| vec![lost(&why, last, ctx)])?,
        };
        let nullable = selection.table.nullable(column);
        let (order, is_unique) = order(selection, facts, cursor, first);
        Ok(Incremental { selection, ctx, cursor, order, is_unique, start, nullable, unbounded })
    }

    fn column(&self) -> &OrderColumn {
        &self.order.columns[0]
    }

    /// The condition for rows without a cursor; none where there cannot be any.
    fn absent(&self) -> Option<String> {
        let column = self.column().sql();
        let null = self.nullable.then(|| format!("{column} IS NULL"));
        let unbounded = self.unbounded.map(|least| format!("{column} >= {}", self.column().order_type.literal(least)));
        let parts: Vec<String> = null.into_iter().chain(unbounded).collect();
        (!parts.is_empty()).then(|| parts.join(" OR "))
    }

    /// The condition for rows with a cursor; none where all rows have one, or else the read fails.
    fn present(&self) -> Option<String> {
        let column = self.column().sql();
        match self.unbounded {
            _ if self.cursor.nulls == CursorNulls::Fail => None,
            Some(least) => Some(format!("{column} < {}", self.column().order_type.literal(least))),
            None => self.nullable.then(|| format!("{column} IS NOT NULL")),
        }
    }

    /// The condition for rows at or behind the start.
    fn behind(&self) -> Option<String> {
        let (column, order_type) = (self.column().sql(), self.column().order_type);
        let last = self.cursor.last_value.as_ref().map(|last| order_type.literal(&last.value))?;
        match &self.start {
            Start::First | Start::FirstWithCursor => None,
            Start::Behind(order, values) => Some(order.after(values)),
            Start::At(_) => Some(format!("{column} >= {last}")),
            Start::Lagging => {
                let (lag, name) = (self.cursor.lag_seconds, order_type.name());
                Some(format!("{column} >= ({last} - interval '{lag} seconds')::{name}"))
            }
        }
    }

    /// `floor` is the stored value in the column's unit, where rows before it are read again.
    fn route(self, floor: Option<i64>) -> Route {
        let conditions: Vec<String> = self.present().into_iter().chain(self.behind()).collect();
        let place = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let ordered = format!("{place} ORDER BY {}", self.order.by());
        let without_cursor = match (&self.start, self.cursor.nulls) {
            (Start::First, CursorNulls::IncludeOnce) => self.absent().map(|absent| format!(" WHERE {absent}")),
            _ => None,
        };
        let warnings = self.unused_tie_breaker().into_iter().collect();
        let column = &self.selection.columns[self.column().index];
        let cursor = cursor_place(self.column().index, column);
        let track = CursorTrack {
            stream: self.ctx.name.clone(),
            ties: (!self.is_unique).then(|| TieGroup::new(cursor)),
            hashed: self.selection.columns.iter().map(saved_column).collect(),
            boundary: match self.start {
                Start::At(boundary) => Some(boundary),
                _ => None,
            },
            floor,
            ordered: without_cursor.is_none(),
            unordered_rows: false,
        };
        let start = self.cursor.last_value.as_ref();
        Route {
            prepare: None,
            tails: without_cursor.into_iter().chain([ordered]).collect(),
            track: Some(Track::of_cursor(self.order, track, start)),
            warnings,
        }
    }

    fn unused_tie_breaker(&self) -> Option<Finding> {
        let name = self.cursor.tie_breaker_field.as_ref()?;
        let needs_none = self.is_unique && self.order.columns.len() == 1;
        if needs_none || self.order.columns[1..].iter().any(|column| column.name == *name) {
            return None;
        }
        let message = format!(
            "stream {}: tie_breaker_field {name:?} is not used: no unique index makes it, alone or with the cursor, \
             tell all rows apart, or it may be NULL, or its type is none of {}",
            self.ctx.name,
            OrderType::NAMES
        );
        Some(Finding::warning(Some(&self.ctx.name), "pg.tie-breaker-not-unique", message))
    }

    fn refuse_null(&self) -> Refusal {
        let message = format!(
            "stream {}: rows have NULL in cursor column {:?}, and cursor_nulls is fail; give them a value, or set \
             cursor_nulls to exclude or include_once",
            self.ctx.name, self.cursor.field
        );
        Refusal::new(ErrorCategory::Data, "pg.cursor-null", message)
    }
}

/// The cursor's column; everything that is wrong with what is configured otherwise.
fn checked<'a>(
    selection: &'a Selection,
    cursor: &Cursor,
    ctx: &StreamContext,
) -> Result<&'a CatalogColumn, Vec<Refusal>> {
    let column = selected(selection, "cursor_field", &cursor.field, ctx);
    let tie_breaker =
        cursor.tie_breaker_field.as_deref().map(|name| selected(selection, "tie_breaker_field", name, ctx));
    match (column, tie_breaker) {
        (Ok(column), None | Some(Ok(_))) => Ok(column),
        (column, tie_breaker) => Err(column.err().into_iter().chain(tie_breaker.and_then(Result::err)).collect()),
    }
}

/// A column that the read cannot do without.
fn selected<'a>(
    selection: &'a Selection,
    key: &str,
    name: &str,
    ctx: &StreamContext,
) -> Result<&'a CatalogColumn, Refusal> {
    if let Some(column) = selection.columns.iter().find(|column| column.name == name) {
        return Ok(column);
    }
    let columns = &selection.table.columns;
    if columns.iter().any(|column| column.name == name) {
        let message = format!("stream {}: {key} {name:?} is not among its `columns`; add it to them", ctx.name);
        return Err(Refusal::config("pg.cursor-not-selected", message));
    }
    Err(stream::column_not_found(&selection.table, ctx, &format!("{key}: "), name))
}

fn wrong_type(column: &CatalogColumn, ctx: &StreamContext) -> Refusal {
    let message = format!(
        "stream {}: cursor_field {:?} is of type {}; a cursor is of type {}",
        ctx.name,
        column.name,
        column.native_type,
        OrderType::NAMES
    );
    Refusal::config("pg.cursor-type", message)
}

/// The cursor with what tells rows apart that have equal cursors; false where nothing does.
fn order(selection: &Selection, facts: &Ordering, cursor: &Cursor, first: OrderColumn) -> (Order, bool) {
    let configured = cursor.tie_breaker_field.iter().map(String::as_str).collect();
    for candidate in [Vec::new(), configured, selection.table.primary_key()] {
        let rest: Vec<&str> = candidate.into_iter().filter(|name| *name != cursor.field).collect();
        if let Some(columns) = unique_with(selection, facts, &first, &rest) {
            return (Order { columns }, true);
        }
    }
    (Order { columns: vec![first] }, false)
}

/// The cursor followed by these columns, if they can be compared and no two rows have the same values.
fn unique_with(
    selection: &Selection,
    facts: &Ordering,
    first: &OrderColumn,
    rest: &[&str],
) -> Option<Vec<OrderColumn>> {
    let mut columns = vec![first.clone()];
    for name in rest {
        let column = order_column(selection, facts, name)?;
        // A comparison with NULL is never true, and rows would be lost.
        if selection.table.nullable(&selection.columns[column.index]) {
            return None;
        }
        columns.push(column);
    }
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    facts.keeps_apart(&names).then_some(columns)
}

/// Where a read begins that goes on from a stored value; the error says why it cannot.
fn start(
    selection: &Selection,
    facts: &Ordering,
    cursor: &Cursor,
    column: &OrderColumn,
    last: &CursorValue,
) -> Result<Start, Lost> {
    if last.type_name != column.order_type.name() {
        return Err(Lost::Type(column.order_type));
    }
    let at = cursor_place(column.index, &selection.columns[column.index]);
    let nothing_known = || Start::At(Boundary::none(at));
    let Some(text) = &last.tie_breaker else {
        return Ok(if cursor.lag_seconds > 0 { Start::Lagging } else { nothing_known() });
    };
    let saved: TieBreaker =
        saved::read(text).map_err(|why| Lost::Other(format!("what it says of equal values cannot be read: {why}")))?;
    if cursor.lag_seconds > 0 && saved.rows != Delivered::None {
        return Ok(Start::Lagging);
    }
    let changed = || {
        let names: Vec<String> = saved.columns.iter().map(|column| format!("{:?}", column.0)).collect();
        Lost::Other(format!("rows with equal values were told apart by {}, which has changed since", names.join(", ")))
    };
    match &saved.rows {
        Delivered::None => Ok(Start::FirstWithCursor),
        Delivered::UpTo(values) => {
            let names: Vec<&str> = saved.columns.iter().map(|column| column.0.as_str()).collect();
            let columns = unique_with(selection, facts, column, &names).ok_or_else(changed)?;
            let types = columns[1..].iter().map(|column| column.order_type.name());
            if values.len() != names.len() || !types.eq(saved.columns.iter().map(|column| column.1.as_str())) {
                return Err(changed());
            }
            let values = std::iter::once(&last.value).chain(values).cloned().collect();
            Ok(Start::Behind(Order { columns }, values))
        }
        Delivered::Hashed(hashes) => {
            let columns: Option<Vec<usize>> = saved.columns.iter().map(|column| unchanged(selection, column)).collect();
            let boundary = Boundary::read(hashes, columns.ok_or_else(changed)?, at);
            boundary.map(Start::At).ok_or_else(|| Lost::Other("its hashes are damaged".to_owned()))
        }
    }
}

/// Why a stored value is of no use.
enum Lost {
    Type(OrderType),
    Other(String),
}

fn lost(why: &Lost, last: &CursorValue, ctx: &StreamContext) -> Refusal {
    let (code, why) = match why {
        Lost::Type(now) => (
            "pg.cursor-type-changed",
            format!("it is of type {}, and the column is of type {}", last.type_name, now.name()),
        ),
        Lost::Other(why) => ("pg.cursor-lost", why.clone()),
    };
    let message = format!(
        "stream {0}: the read cannot go on from the stored cursor {1:?}: {why}; begin anew: rapidbyte state reset --stream {0}",
        ctx.name, last.value
    );
    Refusal::new(ErrorCategory::Schema, code, message)
}

fn cursor_place(index: usize, column: &CatalogColumn) -> CursorPlace {
    let is_number = OrderType::of(column.type_oid) == Some(OrderType::Numeric);
    CursorPlace { index, is_number_text: is_number && Mapping::of(column.type_oid, column.type_modifier).cast_to_text }
}

fn saved_column(column: &CatalogColumn) -> SavedColumn {
    SavedColumn(column.name.clone(), column.native_type.clone())
}

/// A point in time in the unit in which the column travels.
fn units<T: Transport>(client: &mut Client<T>, order_type: OrderType, value: &str) -> Result<i64> {
    let sql = format!("SELECT pg_catalog.encode({}_send({}), 'hex')", order_type.name(), order_type.literal(value));
    let answer = client.simple_query(&sql)?;
    let broken =
        || ConnectorError::internal("pg.cursor", format!("the server sends no {} for {value:?}", order_type.name()));
    let wire = answer.single().and_then(|digits| u64::from_str_radix(digits, 16).ok()).ok_or_else(broken)?;
    Ok(match order_type {
        OrderType::Date => columns::date(wire as u32 as i32).map(i64::from),
        _ => columns::timestamp(wire as i64),
    }
    .unwrap_or(i64::MAX))
}
