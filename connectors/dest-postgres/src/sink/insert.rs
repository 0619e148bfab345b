use std::ops::Range;

use rapidbyte_sdk::arrow::{BatchView, Schema};
use rapidbyte_sdk::Result;

use super::{failed, text_columns, Refused, Sink};
use crate::connector::Session;
use crate::encode::{put_text, BadValue};
use crate::feed;
use crate::plan::Form;
use crate::prepare::Loading;

/// The protocol counts a statement's parameters in 16 bits (I19).
const MAX_PARAMETERS: usize = 65_535;
/// More rows in a statement save nothing.
const MAX_ROWS: usize = 1_000;
/// Keeps a statement of wide rows from growing without bound.
const MAX_STATEMENT_BYTES: usize = 4 << 20;

/// Rows on their way in INSERT statements of many rows each.
pub(crate) struct Insert<'a> {
    session: &'a mut Session,
    loading: &'a Loading,
    schema: &'a Schema,
    rows_per_statement: usize,
    /// The printed values of the rows gathered, and where each lies in it; none is NULL.
    text: Vec<u8>,
    values: Vec<Option<Range<usize>>>,
    gathered: usize,
    /// The statement for so many rows, kept while the number stays.
    statement: (usize, String),
    rows: u64,
    sent_bytes: usize,
}

impl<'a> Insert<'a> {
    pub(crate) fn new(session: &'a mut Session, loading: &'a Loading, schema: &'a Schema) -> Self {
        let rows_per_statement = (MAX_PARAMETERS / loading.plan.columns.len().max(1)).clamp(1, MAX_ROWS);
        Insert {
            session,
            loading,
            schema,
            rows_per_statement,
            text: Vec::new(),
            values: Vec::new(),
            gathered: 0,
            statement: (0, String::new()),
            rows: 0,
            sent_bytes: 0,
        }
    }

    fn send(&mut self) -> Result<()> {
        if self.gathered == 0 {
            return Ok(());
        }
        if self.statement.0 != self.gathered {
            self.statement = (self.gathered, self.statement(self.gathered));
        }
        let mut parameters = Vec::with_capacity(self.values.len());
        for (position, value) in self.values.iter().enumerate() {
            parameters.push(match value {
                None => None,
                Some(range) => Some(std::str::from_utf8(&self.text[range.clone()]).map_err(|_| {
                    let (row, column) =
                        (position / self.loading.plan.columns.len(), position % self.loading.plan.columns.len());
                    super::bad_value(self.loading, column, self.rows + row as u64 + 1, BadValue("is not UTF-8"))
                })?),
            });
        }
        let inserted = self.session.query(&self.statement.1, &parameters);
        let inserted = inserted.map_err(|error| {
            let mut explained = failed(self.loading, error);
            let (first, last) = (self.rows + 1, self.rows + self.gathered as u64);
            explained.message += &format!(" (in rows {first} to {last} of the stream)");
            explained
        })?;
        self.rows += inserted.affected();
        self.sent_bytes += self.text.len();
        self.text.clear();
        self.values.clear();
        self.gathered = 0;
        Ok(())
    }

    fn statement(&self, rows: usize) -> String {
        let columns = &self.loading.plan.columns;
        let mut sql = format!(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ",
            self.loading.table,
            self.loading.plan.column_list()
        );
        let mut parameter = 0;
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for (index, column) in columns.iter().enumerate() {
                parameter += 1;
                let comma = if index == 0 { "" } else { ", " };
                sql.push_str(&format!("{comma}${parameter}::{}", column.bare_type_name));
            }
            sql.push(')');
        }
        sql
    }
}

impl Sink for Insert<'_> {
    fn rows(&mut self, batch: &BatchView<'_>, rows: Range<usize>) -> Result<(), Refused> {
        let columns = text_columns(&self.loading.plan, self.schema, batch);
        for row in rows {
            for column in &columns {
                if column.form == Form::Null || column.view.is_null(row) {
                    self.values.push(None);
                    continue;
                }
                let start = self.text.len();
                put_text(&column.data_type, &column.view, row, &mut self.text);
                self.values.push(Some(start..self.text.len()));
            }
            self.gathered += 1;
            if self.gathered == self.rows_per_statement || self.text.len() > MAX_STATEMENT_BYTES {
                self.send()?;
            }
        }
        Ok(())
    }

    fn tuples(&mut self, _tuples: &[u8], _rows: usize) -> Result<(), Refused> {
        Err(feed::not_accepted(&self.loading.target).into())
    }

    fn sent_bytes(&self) -> usize {
        self.sent_bytes
    }

    fn finish(mut self: Box<Self>) -> Result<u64, Refused> {
        self.send()?;
        Ok(self.rows)
    }

    fn abort(self: Box<Self>, _reason: &str) {}
}
