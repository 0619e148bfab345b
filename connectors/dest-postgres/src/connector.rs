use rapidbyte_pg::compare::Side;
use rapidbyte_pg::Client;
use rapidbyte_sdk::types::{
    ComparableTable, Comparison, KeyRange, RangeDigest, Receipt, RepairSummary, RowDigest, WriteSummary,
};
use rapidbyte_sdk::{Destination, Finding, Inbox, Result, StreamContext, TcpStream};

use crate::config::Config;
use crate::receipts::Claim;
use crate::{digest, inspect, write};

/// The session that everything here works in.
pub(crate) type Session = Client<TcpStream>;

/// A PostgreSQL database to write into. Connects when there is something to do.
pub struct DestPostgres {
    config: Config,
    session: Option<Session>,
}

impl DestPostgres {
    fn session(&mut self) -> Result<&mut Session> {
        if self.session.is_none() {
            self.session = Some(Client::connect_through_host(&self.config.connect_options())?);
        }
        Ok(self.session.as_mut().expect("was opened above"))
    }

    fn ask<A>(
        &mut self,
        ctx: &StreamContext,
        question: impl FnOnce(&mut Side<'_, TcpStream>) -> Result<A>,
    ) -> Result<A> {
        let schema = self.config.schema.clone();
        let answer = digest::ask(self.session()?, &schema, ctx, question);
        if answer.is_err() {
            self.session = None;
        }
        answer
    }
}

impl Destination for DestPostgres {
    type Config = Config;

    fn open(config: Config) -> Result<Self> {
        Ok(DestPostgres { config, session: None })
    }

    fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
        let schema = self.config.schema.clone();
        inspect::inspect(self.session()?, &schema, streams)
    }

    fn resume(&mut self, ctx: &StreamContext) -> Result<Option<Receipt>> {
        let schema = self.config.schema.clone();
        let claimed = Claim::take(self.session()?, &schema, ctx);
        if claimed.is_err() {
            self.session = None;
        }
        Ok(Some(claimed?.receipt().clone()))
    }

    fn write(&mut self, ctx: &StreamContext, input: &mut Inbox) -> Result<WriteSummary> {
        let config = self.config.clone();
        let written = write::write_stream(self.session()?, &config, ctx, input);
        if written.is_err() {
            // Closing the connection makes sure that the server rolls back whatever is open.
            self.session = None;
        }
        written
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

    fn repair(&mut self, what: &Comparison, delete: &[Vec<String>], input: &mut Inbox) -> Result<RepairSummary> {
        let (schema, method) = (self.config.schema.clone(), self.config.load_method);
        let repaired = digest::repair(self.session()?, &schema, method, what, delete, input);
        if repaired.is_err() {
            self.session = None;
        }
        repaired
    }

    fn close(mut self) -> Result<()> {
        match self.session.take() {
            Some(session) => Ok(session.close()?),
            None => Ok(()),
        }
    }
}
