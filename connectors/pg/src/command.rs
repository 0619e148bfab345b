//! Queries that answer with text.

use postgres_protocol::message::frontend;
use postgres_protocol::IsNull;

use crate::client::{Client, Head};
use crate::error::{PgError, Result};
use crate::rows::{utf8, Rows};
use crate::transport::Transport;
use crate::wire::{tag, Body};

/// The most parameters of one statement: the protocol counts them in 16 bits.
const MAX_PARAMETERS: usize = 65_535;

impl<T: Transport> Client<T> {
    /// Runs one or more statements and gives the result of the last one.
    ///
    /// Several statements without an explicit transaction run as one. A COPY is refused.
    pub fn simple_query(&mut self, sql: &str) -> Result<Rows> {
        self.begin()?;
        frontend::query(sql, &mut self.out).map_err(|e| self.not_sent(&e))?;
        self.flush("sending a query to")?;
        self.collect()
    }

    /// Runs statements for their effect; gives the number of rows the last one touched.
    pub fn execute(&mut self, sql: &str) -> Result<u64> {
        Ok(self.simple_query(sql)?.affected())
    }

    /// Runs one statement with parameters in text form; none is NULL. The server infers their
    /// types, so a cast beside a placeholder (`$1::text`) settles an ambiguous one.
    pub fn query(&mut self, sql: &str, parameters: &[Option<&str>]) -> Result<Rows> {
        if parameters.len() > MAX_PARAMETERS {
            return Err(PgError::Usage(format!("a statement takes at most {MAX_PARAMETERS} parameters")));
        }
        self.begin()?;
        self.write_extended(sql, parameters)?;
        self.flush("sending a query to")?;
        self.collect()
    }

    fn write_extended(&mut self, sql: &str, parameters: &[Option<&str>]) -> Result<()> {
        frontend::parse("", sql, [], &mut self.out).map_err(|e| self.not_sent(&e))?;
        let bound = frontend::bind(
            "",
            "",
            [],
            parameters,
            |value, out| {
                Ok(match value {
                    Some(text) => {
                        out.extend_from_slice(text.as_bytes());
                        IsNull::No
                    }
                    None => IsNull::Yes,
                })
            },
            [],
            &mut self.out,
        );
        bound.map_err(|_| self.not_sent(&"a parameter is too long"))?;
        let described =
            frontend::describe(b'P', "", &mut self.out).and_then(|()| frontend::execute("", 0, &mut self.out));
        described.map_err(|e| self.not_sent(&e))?;
        frontend::sync(&mut self.out);
        Ok(())
    }

    /// Nothing of the request has left yet, so the session stays usable.
    pub(crate) fn not_sent(&mut self, why: &dyn std::fmt::Display) -> PgError {
        self.out.clear();
        self.phase = crate::client::Phase::Ready;
        PgError::Usage(format!("the statement cannot be sent: {why}"))
    }

    fn collect(&mut self) -> Result<Rows> {
        let mut current = Rows::default();
        let mut last = Rows::default();
        loop {
            let head = self.next_message()?;
            match head.tag {
                tag::ROW_DESCRIPTION => current = Rows::described(self.body(head)).map_err(|e| self.fail(e))?,
                tag::DATA_ROW => current.push(self.body(head)).map_err(|e| self.fail(e))?,
                tag::COMMAND_COMPLETE => {
                    current.complete(self.affected(head)?);
                    last = std::mem::take(&mut current);
                }
                tag::PARSE_COMPLETE | tag::BIND_COMPLETE | tag::NO_DATA | tag::EMPTY_QUERY => {}
                tag::READY_FOR_QUERY => {
                    self.ready(head)?;
                    return Ok(last);
                }
                tag::ERROR => return Err(self.server_error(head)),
                _ => return Err(self.unexpected(head, "a query")),
            }
            self.consume(head);
        }
    }

    /// A broken answer leaves the session out of step.
    fn fail(&mut self, error: PgError) -> PgError {
        self.phase = crate::client::Phase::Broken;
        error
    }

    /// The number in a command tag such as `SELECT 5` or `INSERT 0 5`; 0 where there is none.
    pub(crate) fn affected(&self, head: Head) -> Result<u64> {
        let tag = utf8(Body::new(self.body(head)).cstr()?)?;
        Ok(tag.rsplit(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0))
    }
}
