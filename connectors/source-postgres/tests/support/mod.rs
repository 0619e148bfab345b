//! Runs the source against a real server as the host would, and prints what it emits the way
//! PostgreSQL prints it.

#![allow(dead_code)] // each test binary uses its part

use rapidbyte_sdk::arrow::{keys, ColumnView, DataType, Field, Reader, Schema};
use rapidbyte_sdk::types::*;
use rapidbyte_sdk::{testing, Emitter, Finding, Result, Source, StreamContext};
pub use rapidbyte_testkit::Random;
use rapidbyte_testkit::{Server, DATABASE, SUPERUSER};
use source_postgres::PostgresSource;

pub struct Read {
    pub schema: Schema,
    /// Values as text, NULL as none.
    pub rows: Vec<Vec<Option<String>>>,
    /// Bytes and rows of each batch.
    pub batches: Vec<(usize, usize)>,
    /// Each with the number of rows before it, and its payload.
    pub barriers: Vec<(usize, String)>,
    pub summary: ReadSummary,
}

pub fn config(server: &Server, user: &str) -> String {
    format!(
        r#"{{"host": "127.0.0.1", "port": {}, "user": "{user}", "database": "{DATABASE}", "sslmode": "disable"}}"#,
        server.port()
    )
}

pub fn source(config: &str) -> PostgresSource {
    PostgresSource::open(rapidbyte_sdk::config::parse(config).expect("the config parses")).expect("the source opens")
}

pub fn context(stream: &str) -> StreamContext {
    StreamContext {
        name: stream.to_owned(),
        sync_mode: SyncMode::FullRefresh,
        write_mode: WriteMode::Append,
        primary_key: Vec::new(),
        selected_columns: None,
        cursor: None,
        position: None,
        schema: None,
        limits: StreamLimits {
            max_batch_bytes: 64 << 20,
            max_record_bytes: 16 << 20,
            max_inflight_batches: 16,
            checkpoint_interval_bytes: 0,
            checkpoint_interval_rows: 0,
            checkpoint_interval_seconds: 0,
        },
        policies: StreamPolicies {
            on_data_error: DataErrorPolicy::Fail,
            schema_evolution: SchemaEvolution {
                new_column: NewColumnPolicy::Add,
                removed_column: RemovedColumnPolicy::Ignore,
                type_change: TypeChangePolicy::Fail,
                nullability_change: NullabilityChangePolicy::Allow,
            },
        },
        partition: None,
        run: RunIdentity { pipeline: "p".into(), run_id: "r".into(), load_id: "l".into(), state_id: "s".into(), epoch: 1, attempt: 1 },
    }
}

pub fn selecting(stream: &str, columns: &[&str]) -> StreamContext {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    StreamContext { selected_columns: Some(columns), ..context(stream) }
}

/// Reads a stream as the superuser.
pub fn try_read(server: &Server, ctx: &StreamContext) -> Result<Read> {
    try_read_as(server, SUPERUSER, ctx)
}

pub fn try_read_as(server: &Server, user: &str, ctx: &StreamContext) -> Result<Read> {
    try_read_with(&config(server, user), ctx)
}

/// The superuser's configuration with one more setting.
pub fn config_with(server: &Server, setting: &str) -> String {
    config(server, SUPERUSER).replace('}', &format!(", {setting}}}"))
}

pub fn try_read_with(config: &str, ctx: &StreamContext) -> Result<Read> {
    testing::reset();
    let mut source = source(config);
    let mut out = Emitter::default();
    source.read(ctx, &mut out)?;
    source.close()?;
    let host = testing::reset();
    let mut read = Read {
        schema: Schema::default(),
        rows: Vec::new(),
        batches: Vec::new(),
        barriers: Vec::new(),
        summary: out.summary(),
    };
    for emitted in host.emitted {
        let ipc = match emitted {
            Inbound::Batch(ipc) => ipc,
            Inbound::Barrier(barrier) => {
                read.barriers.push((read.rows.len(), barrier.payload));
                continue;
            }
        };
        let before = read.rows.len();
        let mut reader = Reader::new(&ipc)?;
        read.schema = reader.schema().clone();
        while let Some(batch) = reader.next_batch()? {
            for row in 0..batch.rows() {
                let value = |(field, column)| print(field, column, row);
                read.rows.push(read.schema.fields.iter().zip(batch.columns()).map(value).collect());
            }
        }
        read.batches.push((ipc.len(), read.rows.len() - before));
    }
    Ok(read)
}

/// A stored cursor, from the payload of a barrier.
pub fn cursor_value(payload: &str) -> CursorValue {
    let json: serde_json::Value = serde_json::from_str(payload).expect("a payload is JSON");
    let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
    assert_eq!(keys.len(), 3, "{payload}");
    CursorValue {
        type_name: json["type-name"].as_str().expect("a type").to_owned(),
        value: json["value"].as_str().expect("a value").to_owned(),
        tie_breaker: json["tie-breaker"].as_str().map(str::to_owned),
    }
}

/// An incremental read of `stream` by `field`, from the beginning.
pub fn incremental(stream: &str, field: &str) -> StreamContext {
    let cursor = Cursor {
        field: field.to_owned(),
        tie_breaker_field: None,
        last_value: None,
        nulls: CursorNulls::Exclude,
        lag_seconds: 0,
        siblings: Vec::new(),
        follow: None,
    };
    StreamContext { sync_mode: SyncMode::Incremental, cursor: Some(cursor), ..context(stream) }
}

/// The same read, going on from a stored cursor.
pub fn going_on(mut ctx: StreamContext, last: Option<&CursorValue>) -> StreamContext {
    ctx.cursor.as_mut().expect("an incremental read").last_value = last.cloned();
    ctx
}

pub fn read(server: &Server, stream: &str) -> Read {
    try_read(server, &context(stream)).unwrap_or_else(|error| panic!("{error}"))
}

pub fn validate(server: &Server, user: &str, streams: &[StreamContext]) -> Vec<Finding> {
    testing::reset();
    source(&config(server, user)).validate(streams).unwrap_or_else(|error| panic!("{error}"))
}

/// What PostgreSQL itself prints for the columns, in physical order.
pub fn printed_by_server(server: &Server, table: &str, columns: &[String]) -> Vec<Vec<Option<String>>> {
    let columns: Vec<String> = columns.iter().map(|column| rapidbyte_sdk::names::quote_identifier(column)).collect();
    let rows = server.client().simple_query(&format!("SELECT {} FROM {table}", columns.join(", "))).unwrap();
    rows.iter().map(|row| (0..columns.len()).map(|i| row.get(i).map(str::to_owned)).collect()).collect()
}

/// The values that PostgreSQL must print equally: all but those whose text a cast changes.
fn print(field: &Field, column: &ColumnView<'_>, row: usize) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    Some(match &field.data_type {
        DataType::Boolean => if column.bool(row) { "t" } else { "f" }.to_owned(),
        DataType::Int16 => column.i16(row).to_string(),
        DataType::Int32 => column.i32(row).to_string(),
        DataType::Int64 => column.i64(row).to_string(),
        DataType::Float32 => float(f64::from(column.f32(row)), &column.f32(row).to_string()),
        DataType::Float64 => float(column.f64(row), &column.f64(row).to_string()),
        DataType::Decimal128 { scale, .. } => decimal(column.i128(row), *scale as usize),
        DataType::Utf8 => column.text(row).unwrap().to_owned(),
        DataType::Binary => column.bytes(row).iter().fold("\\x".to_owned(), |text, b| text + &format!("{b:02x}")),
        DataType::FixedSizeBinary(_) => {
            let hex: String = column.bytes(row).iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(field.metadata(keys::EXTENSION_NAME), Some("arrow.uuid"));
            format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
        }
        DataType::Date32 => match column.i32(row) {
            i32::MAX => "infinity".to_owned(),
            i32::MIN => "-infinity".to_owned(),
            days => {
                let (year, rest) = date(i64::from(days));
                era(year, &rest, "")
            }
        },
        DataType::Time64Micros => time(column.i64(row)),
        DataType::TimestampMicros { zone } => match column.i64(row) {
            i64::MAX => "infinity".to_owned(),
            i64::MIN => "-infinity".to_owned(),
            micros => {
                let day = 86_400_000_000;
                let (year, rest) = date(micros.div_euclid(day));
                let zone = if zone.is_some() { "+00" } else { "" };
                era(year, &rest, &format!(" {}{zone}", time(micros.rem_euclid(day))))
            }
        },
    })
}

fn float(value: f64, text: &str) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    text.to_owned()
}

fn decimal(value: i128, scale: usize) -> String {
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    if scale == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

/// Year and "-MM-DD" of a day since 1970 in the proleptic Gregorian calendar.
fn date(days: i64) -> (i64, String) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, format!("-{month:02}-{day:02}"))
}

fn era(year: i64, rest: &str, tail: &str) -> String {
    if year > 0 {
        format!("{year:04}{rest}{tail}")
    } else {
        format!("{:04}{rest}{tail} BC", 1 - year)
    }
}

fn time(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match micros % 1_000_000 {
        0 => text,
        fraction => format!("{text}.{fraction:06}").trim_end_matches('0').to_owned(),
    }
}
