//! How rows reach the server.

mod copy;
mod insert;

use std::ops::Range;

use rapidbyte_pg::PgError;
use rapidbyte_sdk::arrow::{BatchView, ColumnView, DataType, Schema};
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::{ConnectorError, Result};

use crate::config::LoadMethod;
use crate::connector::Session;
use crate::encode::BadValue;
use crate::errors;
use crate::plan::{Form, Plan};
use crate::prepare::Loading;

/// Takes rows for one table. A row that the server refuses may come to light only in `finish`.
pub(crate) trait Sink {
    fn rows(&mut self, batch: &BatchView<'_>, rows: Range<usize>) -> Result<(), Refused>;

    /// Takes rows as tuples of COPY's binary format, for a plan that [takes them](Plan::takes_tuples).
    fn tuples(&mut self, tuples: &[u8], rows: usize) -> Result<(), Refused>;

    /// Bytes sent so far.
    fn sent_bytes(&self) -> usize;

    /// Makes sure that the server has taken all rows; gives their number.
    fn finish(self: Box<Self>) -> Result<u64, Refused>;

    /// Gives up; the transaction is to be rolled back.
    fn abort(self: Box<Self>, reason: &str);
}

/// Why a sink could not take all of its rows.
pub(crate) struct Refused {
    pub(crate) error: ConnectorError,
    /// How many rows of the sink seem to be good before the bad one; a hint, for whoever looks for it.
    pub(crate) good_rows: Option<usize>,
}

impl From<ConnectorError> for Refused {
    fn from(error: ConnectorError) -> Refused {
        Refused { error, good_rows: None }
    }
}

impl From<Refused> for ConnectorError {
    fn from(refused: Refused) -> ConnectorError {
        refused.error
    }
}

/// Opens a sink. `rows_before` rows of the stream went before, for messages.
pub(crate) fn open<'a>(
    session: &'a mut Session,
    loading: &'a Loading,
    schema: &'a Schema,
    method: LoadMethod,
    rows_before: u64,
) -> Result<Box<dyn Sink + 'a>> {
    Ok(match method {
        LoadMethod::Insert => Box::new(insert::Insert::new(session, loading, schema)),
        LoadMethod::Copy if loading.plan.is_binary() => {
            Box::new(copy::Copy::<copy::Binary>::start(session, loading, schema, rows_before)?)
        }
        LoadMethod::Copy => Box::new(copy::Copy::<copy::Text>::start(session, loading, schema, rows_before)?),
    })
}

/// One column of a batch, ready to be printed.
struct TextColumn<'v> {
    form: Form,
    data_type: DataType,
    view: ColumnView<'v>,
}

/// The loaded columns of a batch for a text form.
fn text_columns<'v>(plan: &Plan, schema: &Schema, batch: &BatchView<'v>) -> Vec<TextColumn<'v>> {
    let column = |planned: &crate::plan::Planned| {
        let data_type = match &schema.fields[planned.index].data_type {
            // Sixteen bytes are printed as a UUID only for a UUID.
            DataType::FixedSizeBinary(_) if planned.bare_type_name != "uuid" => DataType::Binary,
            other => other.clone(),
        };
        TextColumn { form: planned.form, data_type, view: batch.columns()[planned.index] }
    };
    plan.columns.iter().map(column).collect()
}

fn bad_value(loading: &Loading, column: usize, row: u64, value: BadValue) -> ConnectorError {
    let name = quote_identifier(&loading.plan.columns[column].name);
    errors::data(
        "dest.bad-value",
        format!("loading {}: row {row}, column {name}: the value {}", loading.target, value.0),
    )
}

fn failed(loading: &Loading, error: PgError) -> ConnectorError {
    errors::before_commit(&format!("loading {}", loading.target), error)
}
