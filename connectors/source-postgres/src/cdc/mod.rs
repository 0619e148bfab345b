//! Change data capture: a stream's first read copies its table, every later one drains what its slot has gathered
//! up to the moment of its start. `docs/cdc.md` tells the protocol and why nothing is lost or doubled.

mod copy;
mod drain;
mod lsn;
mod message;
mod place;
mod plan;
mod preflight;
mod rows;
mod slot;
mod table;
mod value;
mod visible;

use std::time::Duration;

use rapidbyte_pg::{Client, ConnectOptions, Transport};
use rapidbyte_sdk::names::quote_literal;
use rapidbyte_sdk::types::{LogSlot, MetricValue};
use rapidbyte_sdk::host::{self, phases};
use rapidbyte_sdk::{ConnectorError, Emitter, Finding, Result, StreamContext, TcpStream};

use crate::config::Config;
use crate::pump::Pump;
use crate::stream::{self, Refusal, Selection};
use drain::{Drain, Halt};
use lsn::Lsn;
use place::{Copied, Origin, Place};
use slot::{Names, Retained, Slot};
use table::Changeable;

/// Reads streams of changes.
pub struct Changes<'a> {
    config: &'a Config,
    ctx: &'a StreamContext,
    names: Names,
}

impl<'a> Changes<'a> {
    pub fn new(config: &'a Config, ctx: &'a StreamContext) -> Changes<'a> {
        Changes { config, ctx, names: Names::of(config, &ctx.run.pipeline) }
    }

    /// Looks whether the stream can be read.
    pub fn validate<T: Transport>(&self, client: &mut Client<T>) -> Result<Vec<Finding>> {
        let found = self.look(client)?;
        preflight::findings(client, self.config, &self.names, self.ctx, found)
    }

    /// Copies the table, or drains what has changed since. `client` opens sessions.
    pub fn read(
        &self,
        client: &mut Client<TcpStream>,
        reconnect: &dyn Fn() -> Result<Client<TcpStream>>,
        out: &mut Emitter,
    ) -> Result<()> {
        let kept = self.ctx.cursor.as_ref().and_then(|cursor| cursor.last_value.as_ref());
        let place = kept.map(|value| Place::read(value).map_err(|why| self.unusable(&why))).transpose()?;
        match (place, rows::follow_interval(self.ctx)) {
            (None, None) => {
                let place = self.copy(client, out)?;
                out.end_at(place.payload());
                Ok(())
            }
            (Some(place), None) => self.drain(client, place, reconnect, out),
            (None, Some(interval)) => {
                let place = self.copy(client, out)?;
                out.barrier(&place.payload())?;
                self.follow(client, place, interval, reconnect, out)
            }
            (Some(place), Some(interval)) => self.follow(client, place, interval, reconnect, out),
        }
    }

    fn look<T: Transport>(&self, client: &mut Client<T>) -> Result<Result<(Selection, Changeable), Vec<Refusal>>> {
        let selection = match stream::select(client, &self.config.schema, self.ctx)? {
            Ok(selection) => selection,
            Err(refusals) => return Ok(Err(refusals)),
        };
        Ok(table::look(client, &selection, self.ctx)?.map(|changeable| (selection, changeable)))
    }

    /// Gives the place where the changes begin.
    fn copy(&self, client: &mut Client<TcpStream>, out: &mut Emitter) -> Result<Place> {
        // Looked at before anything is made, so that nothing unfit is published.
        let (selection, _) = self.look(client)?.map_err(crate::first)?;
        self.prepare(client, &selection)?;
        let start = copy::settle(client)?;
        client.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
        if selection.table.relation.can_select {
            // An ALTER TABLE between the snapshot and the first look at the rows would hide them, and is not logged.
            client.execute(&format!("LOCK TABLE {} IN ACCESS SHARE MODE", selection.table.sql()))?;
        }
        let snapshot = copy::snapshot(client)?;
        let until = copy::insert_place(client)?;
        let (selection, _) = self.look(client)?.map_err(crate::first)?;
        let origin = self.origin(client, &selection)?;
        let plan = plan::of_copy(&selection, self.ctx, start);
        let mut pump = Pump::new(&plan, &self.ctx.limits, None, out);
        let copy = client.copy_out(&plan.copy(""))?;
        host::phase(phases::FETCH);
        pump.take_all(copy)?;
        host::phase(phases::QUERY);
        pump.finish()?;
        client.execute("COMMIT")?;
        // A server that crashes forgets what it has not on disk, and numbers other changes likewise: neither the rows nor
        // the place may be of what it forgets.
        copy::end_of_log(client)?;
        Ok(Place { lsn: start, origin, copied: Some(Copied { snapshot, until }) })
    }

    /// Publishes the table and makes the slot, one stream of the pipeline after the other.
    fn prepare(&self, client: &mut Client<TcpStream>, selection: &Selection) -> Result<()> {
        let relation = &selection.table.relation;
        let lock = format!("hashtextextended({}, 0)", quote_literal(&format!("rapidbyte slot {}", self.names.slot)));
        client.execute(&format!("SELECT pg_advisory_lock({lock})"))?;
        slot::publish(client, &self.names.publication, relation)?;
        match Slot::find(client, &self.names.slot)? {
            Some(slot) => slot.refusal(&self.names.slot).map_or(Ok(()), |refusal| Err(ConnectorError::from(refusal)))?,
            // A new slot would hide from the other streams that theirs is gone.
            None if self.committed().next().is_some() => return Err(slot::vanished(&self.names.slot, None).into()),
            None => slot::create(client, &self.names.slot)?,
        }
        client.execute(&format!("SELECT pg_advisory_unlock({lock})"))?;
        Ok(())
    }

    fn origin<T: Transport>(&self, client: &mut Client<T>, selection: &Selection) -> Result<Origin> {
        let relation = &selection.table.relation;
        let system = client.simple_query("SELECT system_identifier FROM pg_catalog.pg_control_system()")?;
        Ok(Origin {
            system: system.single().unwrap_or_default().to_owned(),
            slot: self.names.slot.clone(),
            table: relation.oid.parse().unwrap_or_default(),
            published: slot::coverage(client, &self.names.publication, relation)?
                .filter(|coverage| coverage.has_table && coverage.is_complete && !coverage.filters)
                .map(|coverage| coverage.id),
        })
    }

    /// Where the pipeline's streams of changes were when the run began.
    fn committed(&self) -> impl Iterator<Item = Lsn> + '_ {
        self.ctx.cursor.iter().flat_map(|cursor| &cursor.siblings).filter_map(place::position)
    }

    fn drain(
        &self,
        client: &mut Client<TcpStream>,
        place: Place,
        reconnect: &dyn Fn() -> Result<Client<TcpStream>>,
        out: &mut Emitter,
    ) -> Result<()> {
        // The end first: whatever changed up to there is of columns that the catalog knows, or that are gone since.
        let end = copy::end_of_log(client)?;
        let (selection, changeable) = self.look(client)?.map_err(crate::first)?;
        let slot = self.guard(client, &selection, &place, end)?;
        self.tell(&slot, Retained::Little);
        // All streams have made durable what lies before, and none can need it again (I23).
        if let Some(least) = self.committed().min() {
            slot::advance(client, &self.names.slot, least)?;
        }
        let plan = plan::of_changes(&selection, self.ctx);
        let mut drain = Drain::new(&plan, &selection, &changeable, self.ctx, place, reconnect, out);
        host::phase(phases::FETCH);
        drain.run(client, &self.names, end)?;
        host::phase(phases::QUERY);
        drain.finish()
    }

    /// Reads what the log has got, lets go of what all streams have made durable, waits, and looks again, until the host
    /// ends it.
    fn follow(
        &self,
        client: &mut Client<TcpStream>,
        place: Place,
        interval: Duration,
        reconnect: &dyn Fn() -> Result<Client<TcpStream>>,
        out: &mut Emitter,
    ) -> Result<()> {
        let (selection, changeable) = self.look(client)?.map_err(crate::first)?;
        let plan = plan::of_changes(&selection, self.ctx);
        let look = |client: &mut Client<TcpStream>| Ok(self.look(client)?.map_err(crate::first)?.0.table.columns);
        let mut drain = Drain::new(&plan, &selection, &changeable, self.ctx, place, reconnect, out).following(&look);
        let mut released = Lsn::default();
        let mut told = Retained::Little;
        loop {
            let end = copy::end_on_disk(client)?;
            let slot = self.guard(client, &selection, drain.place(), end)?;
            told = self.tell(&slot, told);
            host::phase(phases::FETCH);
            let halt = drain.run(client, &self.names, end)?;
            host::phase(phases::QUERY);
            if halt == Halt::Ended {
                break;
            }
            drain.end_window()?;
            // Not before the destination has committed it, and not what another stream still needs (I23).
            let durable = host::durable_cursors()?.iter().filter_map(place::position).min();
            if let Some(least) = durable.filter(|least| *least > released) {
                slot::advance(client, &self.names.slot, least)?;
                released = least;
            }
            if host::pause(interval.as_millis() as u64)? {
                break;
            }
        }
        drain.finish()
    }

    /// Reports how much log is kept; warns where that is more than it was when it was told last.
    fn tell(&self, slot: &Slot, before: Retained) -> Retained {
        host::metric("cdc_retained_bytes", MetricValue::Gauge(slot.retained_bytes as f64));
        let (retained, message) = slot.retained(&self.names.slot, self.config);
        if retained > before {
            rapidbyte_sdk::warn!("{message}");
        }
        retained
    }

    /// The slot, if all is there that came after `place` (I25).
    fn guard<T: Transport>(
        &self,
        client: &mut Client<T>,
        selection: &Selection,
        place: &Place,
        end: Lsn,
    ) -> Result<Slot> {
        let name = &self.names.slot;
        let origin = self.origin(client, selection)?;
        if origin.slot != place.origin.slot {
            let before = &place.origin.slot;
            return Err(self.unusable(&format!("it is of the replication slot {before}, and this pipeline's is {name} now")));
        }
        let Some(slot) = Slot::find(client, name)? else { return Err(slot::vanished(name, Some(place.lsn)).into()) };
        if let Some(refusal) = slot.refusal(name).or_else(|| slot.gap(name, place.lsn)) {
            return Err(refusal.into());
        }
        if origin.system != place.origin.system || end < place.lsn {
            return Err(self.unusable("it is of another server, or of one that was restored since"));
        }
        if origin.table != place.origin.table {
            return Err(self.unusable("the table was dropped and made anew since"));
        }
        // A place that an earlier version kept does not say.
        if origin.published.is_none() || place.origin.published.as_ref().is_some_and(|_| place.origin.published != origin.published) {
            let message = format!(
                "stream {}: the publication {} was altered: it does not tell all changes of the table, or did not for a while; \
                 to copy the table again, run rapidbyte state reset --stream, then the pipeline; rows that were deleted \
                 meanwhile remain until rapidbyte verify --repair --delete-extra removes them",
                self.ctx.name, self.names.publication
            );
            return Err(ConnectorError::schema("pg.publication-altered", message));
        }
        Ok(slot)
    }

    /// The error for a stream that cannot go on from its cursor.
    fn unusable(&self, why: &str) -> ConnectorError {
        let message = format!(
            "stream {}: the place in the log that was kept cannot be used: {why}; to copy the table again, run: rapidbyte \
             state reset --stream followed by its name",
            self.ctx.name
        );
        ConnectorError::schema("pg.cdc-place-lost", message)
    }
}

/// The slots of the database that is read; those of `streams`' pipeline are known as such.
pub fn slots<T: Transport>(client: &mut Client<T>, config: &Config, streams: &[StreamContext]) -> Result<Vec<LogSlot>> {
    let pipeline = streams.first().map_or("", |ctx| &ctx.run.pipeline);
    slot::list(client, &Names::of(config, pipeline), streams)
}

pub use slot::drop as drop_slot;

/// The most bytes of a message: a change holds the row as it was and as it is, and PostgreSQL prints a byte as two
/// digits.
pub fn connect_options(options: &ConnectOptions, max_record_bytes: u64) -> ConnectOptions {
    let largest_row = usize::try_from(max_record_bytes).unwrap_or(usize::MAX);
    let mut options = options.clone();
    options.max_copy_message_bytes = largest_row.saturating_mul(4).saturating_add(crate::MESSAGE_SLACK);
    options
}
