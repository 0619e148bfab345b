//! The source's side of a comparison.

use rapidbyte_pg::compare::Side;
use rapidbyte_sdk::types::Comparison;
use rapidbyte_sdk::{Emitter, Result, StreamContext, StreamName, TcpStream};

use crate::plan::Plan;
use crate::pump::Pump;
use crate::{first, stream, PostgresSource};

impl PostgresSource {
    /// Asks the table of a stream something, in a snapshot and in a session that lasts until the end or an error.
    pub(crate) fn ask<A>(
        &mut self,
        ctx: &StreamContext,
        question: impl FnOnce(&mut Side<'_, TcpStream>) -> Result<A>,
    ) -> Result<A> {
        let name = StreamName::parse(&ctx.name)?;
        let schema = name.schema.as_deref().unwrap_or(&self.config.schema);
        let mut client = match self.comparing.take() {
            Some(client) => client,
            None => self.connect(&self.options)?,
        };
        let mut side = Side::open(&mut client, schema, &name.table)?;
        let answer = question(&mut side)?;
        side.close()?;
        self.comparing = Some(client);
        Ok(answer)
    }

    /// Emits the rows of these keys, all of one snapshot (I15).
    pub(crate) fn read_some(&mut self, what: &Comparison, keys: &[Vec<String>], out: &mut Emitter) -> Result<()> {
        let ctx = &what.context;
        let conditions = self.ask(ctx, |side| side.conditions(what, keys))?;
        let mut client = self.connect(&self.options)?;
        client.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
        let columns = what.columns.iter().map(|column| column.name.clone()).collect();
        let ctx = StreamContext { selected_columns: Some(columns), ..ctx.clone() };
        let selection = stream::select(&mut client, &self.config.schema, &ctx)?.map_err(first)?;
        let plan = Plan::new(&selection);
        let mut pump = Pump::new(&plan, &ctx.limits, None, out);
        for condition in conditions {
            pump.take_all(client.copy_out(&plan.copy(&format!(" WHERE {condition}")))?)?;
        }
        pump.finish()?;
        client.execute("COMMIT")?;
        client.close()?;
        Ok(())
    }
}
