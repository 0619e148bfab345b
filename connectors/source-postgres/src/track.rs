//! How far a read has got, in words that a later run goes on from.

use rapidbyte_sdk::arrow::Batch;
use rapidbyte_sdk::types::CursorValue;
use rapidbyte_sdk::{ConnectorError, Result};

use crate::order::{Order, OrderColumn, OrderType};
use crate::saved::{self, Delivered, KeyPosition, SavedColumn, TieBreaker, FORMAT};
use crate::ties::{Boundary, TieGroup, MAX_TIES};

/// What a row without a cursor leaves behind in place of a value; a tie-breaker of
/// [`Delivered::None`] says that it is none.
const NO_VALUE: &str = "NULL";

/// Follows a read in the order of a key or of a cursor, batch by batch.
pub struct Track {
    order: Order,
    kind: Kind,
    /// The values of `order` in the last row.
    reached: Option<Vec<String>>,
    /// Where the read began, as it was written down.
    start: Option<String>,
}

enum Kind {
    Key,
    Cursor(CursorTrack),
}

/// What an incremental read keeps in mind besides.
pub struct CursorTrack {
    /// For messages.
    pub stream: String,
    /// Present where nothing unique tells rows of one cursor value apart.
    pub ties: Option<TieGroup>,
    /// What the hashes in `ties` are of.
    pub hashed: Vec<SavedColumn>,
    /// Rows that come again first and are to be left out.
    pub boundary: Option<Boundary>,
    /// Where the read began, in the unit of the column, if rows before it are read again.
    pub floor: Option<i64>,
    /// Whether the rows that come next have cursors.
    pub ordered: bool,
    /// Whether rows without one came.
    pub unordered_rows: bool,
}

impl Track {
    /// Of a read in the order of a key.
    pub fn of_key(order: Order, start: Option<String>) -> Track {
        Track { order, kind: Kind::Key, reached: None, start }
    }

    /// Of an incremental read. The order's first column is the cursor.
    pub fn of_cursor(order: Order, cursor: CursorTrack, start: Option<&CursorValue>) -> Track {
        Track { order, kind: Kind::Cursor(cursor), reached: None, start: start.map(saved::cursor_payload) }
    }

    /// Whether rows may come that were delivered before; they are to be taken one by one.
    pub fn at_boundary(&self) -> bool {
        self.boundary().is_some_and(Boundary::is_open)
    }

    /// Whether a batch can pass that nobody has seen more of than the values of [`reads`](Track::reads) in its last row, which
    /// are sure to be there. A number need not be: NaN is none.
    pub fn lets_pass(&self) -> bool {
        let follows_rows = match &self.kind {
            Kind::Key => false,
            Kind::Cursor(cursor) => cursor.ties.is_some() || cursor.boundary.is_some(),
        };
        !follows_rows && self.order.columns.iter().all(|column| column.order_type != OrderType::Numeric)
    }

    /// Whether places are named by values of this column.
    pub fn reads(&self, column: usize) -> bool {
        self.order.columns.iter().any(|ordered| ordered.index == column)
    }

    fn boundary(&self) -> Option<&Boundary> {
        match &self.kind {
            Kind::Key => None,
            Kind::Cursor(cursor) => cursor.boundary.as_ref(),
        }
    }

    /// Whether the values that follow the batch's last row are those of a row that was delivered.
    pub fn was_delivered(&mut self, batch: &Batch) -> bool {
        let Kind::Cursor(CursorTrack { boundary: Some(boundary), ties, .. }) = &mut self.kind else { return false };
        if !boundary.is_open() {
            return false;
        }
        let (columns, row) = (batch.columns(), batch.rows());
        let delivered = boundary.was_delivered(columns, row);
        if let (true, Some(ties)) = (delivered, ties) {
            ties.add(columns, row);
        }
        delivered
    }

    /// Takes note of a batch that was emitted.
    pub fn note(&mut self, batch: &Batch) -> Result<()> {
        let Some(last) = batch.rows().checked_sub(1) else { return Ok(()) };
        if let Kind::Cursor(cursor) = &mut self.kind {
            if !cursor.ordered {
                cursor.unordered_rows = true;
                return Ok(());
            }
            if cursor.is_before_floor(&self.order.columns[0], batch, last) {
                return Ok(());
            }
            cursor.ties.iter_mut().for_each(|ties| ties.note(batch));
        }
        let value = |column: &OrderColumn| {
            let missing =
                || ConnectorError::internal("pg.order", format!("column {} is NULL in an order", column.name));
            column.value(batch, last)?.ok_or_else(missing)
        };
        let reached: Vec<String> = self.order.columns.iter().map(value).collect::<Result<_>>()?;
        if let Kind::Cursor(cursor) = &self.kind {
            cursor.refuse_unbounded(&self.order.columns[0], &reached[0])?;
        }
        self.reached = Some(reached);
        Ok(())
    }

    /// One COPY has ended: rows without cursors come first and alone.
    pub fn end_part(&mut self) {
        if let Kind::Cursor(cursor) = &mut self.kind {
            cursor.ordered = true;
        }
    }

    /// The place behind all that was emitted; none where it cannot be named, or while rows may still
    /// come that an earlier run has delivered.
    pub fn place(&self) -> Option<String> {
        if self.at_boundary() {
            return None;
        }
        match &self.kind {
            Kind::Key => self.reached.as_ref().map(|values| self.key_payload(values)).or_else(|| self.start.clone()),
            Kind::Cursor(cursor) => self.cursor_place(cursor),
        }
    }

    /// The place at the end of the read; none if there is nothing that a later run could go on from.
    pub fn end(&mut self) -> Result<Option<String>> {
        if let Kind::Cursor(cursor) = &mut self.kind {
            cursor.boundary = None;
        }
        if let Kind::Cursor(cursor) = &self.kind {
            if cursor.ties.as_ref().is_some_and(TieGroup::is_overfull) {
                return Err(self.too_many_ties(cursor));
            }
        }
        Ok(self.place())
    }

    fn key_payload(&self, values: &[String]) -> String {
        saved::json(&KeyPosition { format: FORMAT, columns: names(&self.order.columns), values: values.to_vec() })
    }

    fn cursor_place(&self, cursor: &CursorTrack) -> Option<String> {
        let column = &self.order.columns[0];
        let (value, columns, rows) = match &self.reached {
            Some(values) => {
                let (value, rest) = values.split_first()?;
                match &cursor.ties {
                    Some(ties) => (value.as_str(), cursor.hashed.clone(), Delivered::Hashed(ties.hashes()?)),
                    None => (value.as_str(), names(&self.order.columns[1..]), Delivered::UpTo(rest.to_vec())),
                }
            }
            None if cursor.ordered && cursor.unordered_rows => (NO_VALUE, Vec::new(), Delivered::None),
            None => return self.start.clone(),
        };
        Some(saved::cursor_payload(&CursorValue {
            type_name: column.order_type.name().to_owned(),
            value: value.to_owned(),
            tie_breaker: Some(saved::json(&TieBreaker { format: FORMAT, columns, rows })),
        }))
    }

    fn too_many_ties(&self, cursor: &CursorTrack) -> ConnectorError {
        let values = self.reached.as_deref().unwrap_or_default();
        let message = format!(
            "stream {}: more than {MAX_TIES} rows have the value {:?} in cursor column {:?}, and nothing tells them \
             apart; set tie_breaker_field to a NOT NULL column that is unique, alone or together with the cursor",
            cursor.stream,
            values.first().map_or("", String::as_str),
            self.order.columns[0].name
        );
        ConnectorError::config("pg.too-many-ties", message)
    }
}

impl CursorTrack {
    /// A cursor that nothing could follow is never stored. Rows that have one were left out, unless
    /// they are to make the read fail.
    fn refuse_unbounded(&self, column: &OrderColumn, value: &str) -> Result<()> {
        if column.order_type.is_text() || !matches!(value, "infinity" | "Infinity" | "NaN") {
            return Ok(());
        }
        let message = format!(
            "stream {}: rows have {value} in cursor column {:?}, which counts as NULL since nothing could follow it, and \
             cursor_nulls is fail; give them another value, or set cursor_nulls to exclude or include_once",
            self.stream, column.name
        );
        Err(ConnectorError::data("pg.cursor-null", message))
    }

    /// The cursor never moves back, even if the rows are gone that once took it where it is.
    fn is_before_floor(&self, column: &OrderColumn, batch: &Batch, row: usize) -> bool {
        let Some(floor) = self.floor else { return false };
        let value = batch.columns()[column.index].value(row).unwrap_or_default();
        let value = match (value.first_chunk(), value.first_chunk()) {
            (Some(micros), _) => i64::from_le_bytes(*micros),
            (None, Some(days)) => i64::from(i32::from_le_bytes(*days)),
            (None, None) => return false,
        };
        value < floor
    }
}

fn names(columns: &[OrderColumn]) -> Vec<SavedColumn> {
    columns.iter().map(|column| SavedColumn(column.name.clone(), column.order_type.name().to_owned())).collect()
}
