use crate::error::PgError;
use crate::wire::Body;

/// The most bytes of one query's whole result. Catalog answers for some ten thousand columns take
/// a few megabytes; table data travels by COPY.
pub const MAX_RESULT_BYTES: usize = 256 << 20;

/// Marks a NULL among the cells.
const NULL: u32 = u32::MAX;

/// A query's result as text, held in one allocation.
#[derive(Debug, Default)]
pub struct Rows {
    columns: Vec<String>,
    /// All values, one after the other.
    text: String,
    /// Offset and length of each value in `text`, row by row.
    cells: Vec<(u32, u32)>,
    rows: usize,
    affected: u64,
}

impl Rows {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The names of the result's columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The count in the server's command tag; 0 for a command without one.
    pub fn affected(&self) -> u64 {
        self.affected
    }

    /// The row at `index`. Panics if there is none.
    pub fn row(&self, index: usize) -> Row<'_> {
        assert!(index < self.rows, "row {index} of {}", self.rows);
        Row { rows: self, first_cell: index * self.columns.len() }
    }

    /// The rows in the server's order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.rows).map(|index| self.row(index))
    }

    /// The only value of a result that has just one row and one column; none if it is NULL or the
    /// result has another shape.
    pub fn single(&self) -> Option<&str> {
        match (self.rows, self.columns.len()) {
            (1, 1) => self.row(0).get(0),
            _ => None,
        }
    }

    pub(crate) fn described(body: &[u8]) -> Result<Rows, PgError> {
        let mut body = Body::new(body);
        let count = body.u16()?;
        let mut columns = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            columns.push(utf8(body.cstr()?)?.to_owned());
            // Table, attribute, type, type size, type modifier and format.
            body.bytes(18)?;
        }
        Ok(Rows { columns, ..Rows::default() })
    }

    pub(crate) fn push(&mut self, body: &[u8]) -> Result<(), PgError> {
        let mut body = Body::new(body);
        if usize::from(body.u16()?) != self.columns.len() {
            return Err(PgError::protocol("a row has not as many values as its description"));
        }
        for _ in 0..self.columns.len() {
            let length = body.i32()?;
            if length < 0 {
                self.cells.push((0, NULL));
                continue;
            }
            let value = utf8(body.bytes(length as usize)?)?;
            let size = self.text.len() + value.len() + self.cells.len() * 8;
            if size > MAX_RESULT_BYTES {
                return Err(PgError::protocol("a query's result is larger than 256 MiB"));
            }
            self.cells.push((self.text.len() as u32, value.len() as u32));
            self.text.push_str(value);
        }
        self.rows += 1;
        Ok(())
    }

    pub(crate) fn complete(&mut self, affected: u64) {
        self.affected = affected;
    }
}

/// One row of a [`Rows`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    rows: &'a Rows,
    first_cell: usize,
}

impl<'a> Row<'a> {
    /// The value of the column at `index`; none for NULL. Panics if there is no such column.
    pub fn get(&self, index: usize) -> Option<&'a str> {
        assert!(index < self.rows.columns.len(), "column {index} of {}", self.rows.columns.len());
        let (offset, length) = self.rows.cells[self.first_cell + index];
        if length == NULL {
            return None;
        }
        Some(&self.rows.text[offset as usize..offset as usize + length as usize])
    }

    /// The value of a column that cannot be NULL.
    pub fn text(&self, index: usize) -> Result<&'a str, PgError> {
        self.get(index)
            .ok_or_else(|| PgError::Protocol(format!("column {} is NULL where it cannot be", self.rows.columns[index])))
    }

    /// A value that PostgreSQL prints as `t` or `f`.
    pub fn bool(&self, index: usize) -> Result<bool, PgError> {
        Ok(self.text(index)? == "t")
    }

    /// A value that is a whole number.
    pub fn integer(&self, index: usize) -> Result<i64, PgError> {
        let text = self.text(index)?;
        text.parse().map_err(|_| {
            PgError::Protocol(format!("column {} is not a whole number: {text}", self.rows.columns[index]))
        })
    }
}

pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, PgError> {
    std::str::from_utf8(bytes).map_err(|_| PgError::protocol("text is not UTF-8 although that was agreed"))
}
