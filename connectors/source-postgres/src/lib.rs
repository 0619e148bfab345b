//! Reads tables of PostgreSQL 12 and later: each stream by one binary COPY in one snapshot.
//!
//! Types travel as [`types::Mapping`] says. Infinite dates and timestamps travel as the ends of
//! their integers' ranges, and 24:00:00 as a whole day of microseconds; destinations that know
//! PostgreSQL map them back. Tables that inherit from a table are read as part of it, and as
//! streams of their own.

mod catalog;
mod cdc;
mod columns;
mod config;
mod digest;
mod fault;
mod numeric;
mod order;
mod ordering;
mod pace;
mod passing;
mod plan;
mod pump;
mod route;
mod saved;
mod stream;
mod ties;
mod track;
mod tuple;
mod types;

use rapidbyte_pg::{Client, ConnectOptions};
use rapidbyte_sdk::host::{self, phases};
use rapidbyte_sdk::types::{
    Column, ComparableTable, Comparison, DataErrorPolicy, DiscoveredStream, KeyRange, LogSlot, RangeDigest, RowDigest, StreamSchema,
    SyncMode,
};
use rapidbyte_sdk::{ConnectorError, Emitter, Finding, Result, Source, StreamContext, StreamName, TcpStream};

use catalog::{Kind, Scope, Table};
use cdc::Changes;
use config::{Config, PassThrough};
use plan::Plan;
use pump::Pump;
use route::Route;
use stream::{Refusal, Selection};
use track::Track;
use types::Mapping;

/// The oldest server whose catalogs and output forms this source knows.
const OLDEST_VERSION: u32 = 120_000;

/// Room beside a row's own bytes in the largest message: framing, header and trailer of COPY.
const MESSAGE_SLACK: usize = 1 << 10;

/// The source. Opens a connection of its own for each call; only comparisons share one.
pub struct PostgresSource {
    options: ConnectOptions,
    config: Config,
    comparing: Option<Client<TcpStream>>,
}

rapidbyte_sdk::source!(PostgresSource);

impl Source for PostgresSource {
    type Config = Config;

    fn open(config: Config) -> Result<PostgresSource> {
        config.check()?;
        Ok(PostgresSource { options: config.connect_options(), config, comparing: None })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        let mut client = self.connect(&self.options)?;
        let server = client.parameter("server_version").unwrap_or("?").to_owned();
        let security = if client.is_encrypted() { "with TLS" } else { "without TLS" };
        let message = format!("connected to PostgreSQL {server} at {} {security}", self.options.address());
        let mut findings = vec![Finding::ok(None, "pg.connected", message)];
        for ctx in streams {
            if ctx.sync_mode == SyncMode::Cdc {
                findings.extend(Changes::new(&self.config, ctx).validate(&mut client)?);
                continue;
            }
            match self.look(&mut client, ctx)? {
                Ok((selection, route)) => findings.extend(readable(&selection, &route, ctx)),
                Err(refusals) => findings.extend(
                    refusals.into_iter().map(|refusal| Finding::error(Some(&ctx.name), refusal.code, refusal.message)),
                ),
            }
        }
        client.close()?;
        Ok(findings)
    }

    fn discover(&mut self) -> Result<Vec<DiscoveredStream>> {
        let mut client = self.connect(&self.options)?;
        let tables = catalog::tables(&mut client, &Scope::All)?;
        client.close()?;
        Ok(tables.into_iter().map(|table| self.discovered(table)).collect())
    }

    fn read(&mut self, ctx: &StreamContext, out: &mut Emitter) -> Result<()> {
        let read = if ctx.sync_mode == SyncMode::Cdc { self.read_changes(ctx, out) } else { self.read_stream(ctx, out) };
        read.map_err(|error| error.context(&format!("reading stream {}", ctx.name)))
    }

    fn comparable(&mut self, ctx: &StreamContext) -> Result<ComparableTable> {
        self.ask(ctx, |side| Ok(side.describe()))
    }

    fn slices(&mut self, what: &Comparison, within: &KeyRange, count: u32) -> Result<Vec<Vec<String>>> {
        self.ask(&what.context, |side| side.slices(what, within, count))
    }

    fn digest(&mut self, what: &Comparison, within: &KeyRange, cuts: &[Vec<String>]) -> Result<Vec<RangeDigest>> {
        self.ask(&what.context, |side| side.digest(what, within, cuts))
    }

    fn row_digests(
        &mut self,
        what: &Comparison,
        within: &KeyRange,
        keys: Option<&[Vec<String>]>,
    ) -> Result<Vec<RowDigest>> {
        self.ask(&what.context, |side| side.row_digests(what, within, keys))
    }

    fn read_rows(&mut self, what: &Comparison, keys: &[Vec<String>], out: &mut Emitter) -> Result<()> {
        self.read_some(what, keys, out)
            .map_err(|error| error.context(&format!("reading rows of stream {}", what.context.name)))
    }

    fn slots(&mut self, streams: &[StreamContext]) -> Result<Vec<LogSlot>> {
        let mut client = self.connect(&self.options)?;
        let slots = cdc::slots(&mut client, &self.config, streams)?;
        client.close()?;
        Ok(slots)
    }

    fn drop_slot(&mut self, name: &str) -> Result<()> {
        let mut client = self.connect(&self.options)?;
        cdc::drop_slot(&mut client, name)?;
        client.close()?;
        Ok(())
    }

    fn close(mut self) -> Result<()> {
        match self.comparing.take() {
            Some(client) => Ok(client.close()?),
            None => Ok(()),
        }
    }
}

impl PostgresSource {
    fn connect(&self, options: &ConnectOptions) -> Result<Client<TcpStream>> {
        let client = Client::connect_through_host(options)?;
        if client.server_version() < OLDEST_VERSION {
            let found = client.parameter("server_version").unwrap_or("?");
            let message = format!("the server at {} is PostgreSQL {found}; 12 or later is needed", options.address());
            return Err(ConnectorError::config("pg.server-too-old", message));
        }
        Ok(client)
    }

    /// Whatever fails, dropping the client closes the connection and with it the snapshot (I15).
    fn read_stream(&self, ctx: &StreamContext, out: &mut Emitter) -> Result<()> {
        let mut options = self.options.clone();
        let largest_row = usize::try_from(ctx.limits.max_record_bytes).unwrap_or(usize::MAX);
        options.max_copy_message_bytes = largest_row.saturating_add(MESSAGE_SLACK);
        let mut client = self.connect(&options)?;
        client.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
        let (selection, route) = self.look(&mut client, ctx)?.map_err(first)?;
        tell_estimate(&selection, ctx);
        for finding in warnings(&selection, &route, ctx) {
            rapidbyte_sdk::warn!("{}", finding.message);
        }
        if let Some(setting) = route.prepare {
            client.execute(setting)?;
        }
        let mut plan = Plan::new(&selection);
        if self.may_pass(&plan, &route, ctx) {
            plan = plan.offer_tuples();
        }
        let mut pump = Pump::new(&plan, &ctx.limits, route.track, out);
        pump.agree()?;
        for tail in &route.tails {
            let copy = client.copy_out(&plan.copy(tail))?;
            host::phase(phases::FETCH);
            pump.take_all(copy)?;
            host::phase(phases::QUERY);
        }
        pump.finish()?;
        client.execute("COMMIT")?;
        client.close()?;
        Ok(())
    }

    /// Whether rows can be sent without a look at their values. Bad rows that are to be left out have to be told apart.
    fn may_pass(&self, plan: &Plan, route: &Route, ctx: &StreamContext) -> bool {
        self.config.pass_through == PassThrough::Auto
            && ctx.policies.on_data_error == DataErrorPolicy::Fail
            && plan.is_uncast
            && route.track.as_ref().is_none_or(Track::lets_pass)
    }

    /// Whatever fails, dropping the client closes the connection and lets the slot go.
    fn read_changes(&self, ctx: &StreamContext, out: &mut Emitter) -> Result<()> {
        let options = cdc::connect_options(&self.options, ctx.limits.max_record_bytes);
        let mut client = self.connect(&options)?;
        Changes::new(&self.config, ctx).read(&mut client, &|| self.connect(&options), out)?;
        client.close()?;
        Ok(())
    }

    /// What is to be read and how. The inner error holds all that stands against it.
    fn look(
        &self,
        client: &mut Client<TcpStream>,
        ctx: &StreamContext,
    ) -> Result<Result<(Selection, Route), Vec<Refusal>>> {
        let selection = match stream::select(client, &self.config.schema, ctx)? {
            Ok(selection) => selection,
            Err(refusals) => return Ok(Err(refusals)),
        };
        Ok(Route::choose(client, &selection, self.config.resume, ctx)?.map(|route| (selection, route)))
    }

    fn discovered(&self, table: Table) -> DiscoveredStream {
        let primary_key = table.primary_key().into_iter().map(str::to_owned).collect();
        let Table { relation, columns } = table;
        let column = |column: catalog::CatalogColumn| Column {
            nullable: relation.has_nullable(&column),
            arrow_type: Mapping::of(column.type_oid, column.type_modifier).data_type.to_string(),
            name: column.name,
            native_type: column.native_type,
        };
        let columns = columns.into_iter().map(column).collect();
        let mut sync_modes = vec![SyncMode::FullRefresh, SyncMode::Incremental];
        if relation.kind == Kind::Table && !relation.has_heirs {
            sync_modes.push(SyncMode::Cdc);
        }
        let schema = (relation.schema != self.config.schema).then_some(relation.schema);
        DiscoveredStream {
            name: StreamName { schema, table: relation.name }.to_string(),
            schema: StreamSchema { columns, primary_key },
            estimated_rows: relation.estimated_rows,
            estimated_bytes: relation.estimated_bytes,
            sync_modes,
        }
    }
}

/// A run can report one error; `validate` tells them all.
fn first(refusals: Vec<Refusal>) -> ConnectorError {
    let mut refusals = refusals.into_iter();
    match refusals.next() {
        Some(refusal) => refusal.into(),
        None => ConnectorError::internal("pg.refused", "the stream was refused without a reason"),
    }
}

/// What the catalog knows is about the whole table, so it says nothing of an incremental read that goes on.
fn tell_estimate(selection: &Selection, ctx: &StreamContext) {
    let goes_on = ctx.cursor.as_ref().is_some_and(|cursor| cursor.last_value.is_some());
    if let (Some(rows), false) = (selection.table.relation.estimated_rows, goes_on) {
        host::estimated_rows(rows);
    }
}

fn readable(selection: &Selection, route: &Route, ctx: &StreamContext) -> Vec<Finding> {
    let relation = &selection.table.relation;
    let kind = match relation.kind {
        Kind::Table => "table",
        Kind::Partitioned => "partitioned table",
        Kind::View => "view",
        Kind::MaterializedView => "materialized view",
        Kind::Foreign => "foreign table",
    };
    let size = relation.estimated_rows.map_or_else(String::new, |rows| format!(", about {rows} rows"));
    let message = format!("{kind} {}.{}, {} columns{size}", relation.schema, relation.name, selection.columns.len());
    let mut findings = vec![Finding::ok(Some(&ctx.name), "pg.readable", message)];
    findings.extend(warnings(selection, route, ctx));
    findings
}

fn warnings(selection: &Selection, route: &Route, ctx: &StreamContext) -> Vec<Finding> {
    let mut findings = route.warnings.clone();
    if selection.table.relation.rows_hidden {
        let message = format!(
            "row-level security holds for stream {}: only the rows that its policies show to this user are read",
            ctx.name
        );
        findings.push(Finding::warning(Some(&ctx.name), "pg.row-level-security", message));
    }
    findings
}
