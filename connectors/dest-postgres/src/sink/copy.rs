use std::ops::Range;

use rapidbyte_pg::{CopyIn, PgError, ServerError};
use rapidbyte_sdk::arrow::{BatchView, Schema};
use rapidbyte_sdk::{Result, TcpStream};

use super::{bad_value, failed, text_columns, Refused, Sink};
use crate::connector::Session;
use crate::encode::{self, escape_copy_text, put_text, Bad, Encoder};
use crate::plan::{Form, Plan};
use crate::prepare::Loading;

/// A COPY under way, in one of its formats.
pub(crate) struct Copy<'a, F> {
    copy: CopyIn<'a, TcpStream>,
    loading: &'a Loading,
    schema: &'a Schema,
    rows: u64,
    rows_before: u64,
    sent_bytes: usize,
    format: F,
}

/// One of COPY's formats.
pub(crate) trait Format {
    const NAME: &'static str;
    const HEADER: &'static [u8];
    const TRAILER: &'static [u8];

    fn new(plan: &Plan) -> Self;

    /// Appends rows of a batch; a value that has no form is told with its column and row.
    fn rows<'a>(
        sink: &mut Copy<'a, Self>,
        batch: &BatchView<'_>,
        rows: Range<usize>,
    ) -> Result<Result<(), Bad>, PgError>
    where
        Self: Sized;
}

/// The formats are described in the manual's page on COPY.
pub(crate) struct Binary {
    encoder: Encoder,
}

/// See [`Binary`].
pub(crate) struct Text;

impl<'a, F: Format> Copy<'a, F> {
    pub(crate) fn start(
        session: &'a mut Session,
        loading: &'a Loading,
        schema: &'a Schema,
        rows_before: u64,
    ) -> Result<Self> {
        // Rows frozen at once need no second write later; only a table that nobody can see may
        // have that.
        let freeze = if loading.fresh { ", FREEZE" } else { "" };
        let columns = loading.plan.column_list();
        let sql = format!("COPY {} ({columns}) FROM STDIN (FORMAT {}{freeze})", loading.table, F::NAME);
        let mut copy = session.copy_in(&sql).map_err(|e| failed(loading, e))?;
        copy.buffer().extend_from_slice(F::HEADER);
        Ok(Copy { copy, loading, schema, rows: 0, rows_before, sent_bytes: 0, format: F::new(&loading.plan) })
    }

    /// The server counts lines from the start of its COPY.
    fn explain(error: PgError, loading: &Loading, rows_before: u64) -> Refused {
        let line = error.server().and_then(ServerError::copy_line);
        let mut explained = failed(loading, error);
        if rows_before > 0 {
            explained.message += &format!(" (lines are counted from row {} of the stream)", rows_before + 1);
        }
        Refused { error: explained, good_rows: line.and_then(|line| line.checked_sub(1)) }
    }
}

impl<F: Format> Sink for Copy<'_, F> {
    fn rows(&mut self, batch: &BatchView<'_>, rows: Range<usize>) -> Result<(), Refused> {
        let (before, count) = (self.rows_before + self.rows, rows.len() as u64);
        match F::rows(self, batch, rows) {
            Ok(Ok(())) => {
                self.rows += count;
                Ok(())
            }
            Ok(Err(bad)) => Err(bad_value(self.loading, bad.column, before + bad.row as u64 + 1, bad.value).into()),
            Err(error) => Err(Self::explain(error, self.loading, self.rows_before)),
        }
    }

    fn tuples(&mut self, tuples: &[u8], rows: usize) -> Result<(), Refused> {
        self.copy.write(tuples).map_err(|error| Self::explain(error, self.loading, self.rows_before))?;
        self.sent_bytes += tuples.len();
        self.rows += rows as u64;
        Ok(())
    }

    fn sent_bytes(&self) -> usize {
        self.sent_bytes
    }

    fn finish(mut self: Box<Self>) -> Result<u64, Refused> {
        self.copy.buffer().extend_from_slice(F::TRAILER);
        let (loading, rows_before) = (self.loading, self.rows_before);
        self.copy.finish().map_err(|error| Self::explain(error, loading, rows_before))
    }

    fn abort(self: Box<Self>, reason: &str) {
        // The connection is closed after an abort, so a server that is gone changes nothing.
        let _ = self.copy.abort(reason);
    }
}

impl Format for Binary {
    const NAME: &'static str = "binary";
    /// The signature, no flags, no extension.
    const HEADER: &'static [u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    const TRAILER: &'static [u8] = &(-1i16).to_be_bytes();

    fn new(plan: &Plan) -> Self {
        let column = |planned: &crate::plan::Planned| match planned.form {
            Form::Binary(form) => (planned.index, form),
            Form::Null | Form::Text => (planned.index, encode::Binary::Null),
        };
        Binary { encoder: Encoder::new(plan.columns.iter().map(column)) }
    }

    fn rows<'a>(
        sink: &mut Copy<'a, Self>,
        batch: &BatchView<'_>,
        rows: Range<usize>,
    ) -> Result<Result<(), Bad>, PgError> {
        let mut row = rows.start;
        while row < rows.end {
            let out = sink.copy.buffer();
            let start = out.len();
            match sink.format.encoder.put(batch, row..rows.end, out) {
                Ok(rows) => row += rows,
                Err(bad) => return Ok(Err(bad)),
            }
            sink.sent_bytes += out.len() - start;
            sink.copy.flush_if_full()?;
        }
        Ok(Ok(()))
    }
}

impl Format for Text {
    const NAME: &'static str = "text";
    const HEADER: &'static [u8] = b"";
    const TRAILER: &'static [u8] = b"";

    fn new(_: &Plan) -> Self {
        Text
    }

    fn rows<'a>(
        sink: &mut Copy<'a, Self>,
        batch: &BatchView<'_>,
        rows: Range<usize>,
    ) -> Result<Result<(), Bad>, PgError> {
        let columns = text_columns(&sink.loading.plan, sink.schema, batch);
        for row in rows {
            let out = sink.copy.buffer();
            let line = out.len();
            for (index, column) in columns.iter().enumerate() {
                if index > 0 {
                    out.push(b'\t');
                }
                if column.form == Form::Null || column.view.is_null(row) {
                    out.extend_from_slice(b"\\N");
                    continue;
                }
                let start = out.len();
                put_text(&column.data_type, &column.view, row, out);
                escape_copy_text(out, start);
            }
            out.push(b'\n');
            sink.sent_bytes += out.len() - line;
            sink.copy.flush_if_full()?;
        }
        Ok(Ok(()))
    }
}
