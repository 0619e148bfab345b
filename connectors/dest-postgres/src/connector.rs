use rapidbyte_pg::Client;
use rapidbyte_sdk::types::{Receipt, WriteSummary};
use rapidbyte_sdk::{Destination, Finding, Inbox, Result, StreamContext, TcpStream};

use crate::config::Config;
use crate::receipts::Claim;
use crate::{inspect, write};

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
        let claim = Claim::take(self.session()?, &schema, ctx)?;
        Ok(Some(claim.receipt().clone()))
    }

    fn write(&mut self, ctx: &StreamContext, input: &mut Inbox) -> Result<WriteSummary> {
        let (schema, method) = (self.config.schema.clone(), self.config.load_method);
        let written = write::write_stream(self.session()?, &schema, method, ctx, input);
        if written.is_err() {
            // Closing the connection makes sure that the server rolls back whatever is open.
            self.session = None;
        }
        written
    }

    fn close(mut self) -> Result<()> {
        match self.session.take() {
            Some(session) => Ok(session.close()?),
            None => Ok(()),
        }
    }
}
