//! From what a slot has gathered to rows.

use rapidbyte_pg::{Client, CopyOut, PgError, Transport, FRAME_HEADER_BYTES};
use rapidbyte_sdk::names::{quote_identifier, quote_literal};
use rapidbyte_sdk::types::{BackoffClass, WriteMode};
use rapidbyte_sdk::{host, ConnectorError, Emitter, Result, StreamContext, TcpStream};

use super::lsn::Lsn;
use super::message::{self, Begin, Message, OldTuple, Relation, RelationColumn, Tuple, Value};
use super::place::Place;
use super::rows::{Operation, Rows};
use super::slot::{self, Names};
use super::table::{Changeable, Identity};
use crate::catalog::CatalogColumn;
use crate::fault;
use crate::plan::Plan;
use crate::pump::next_payload;
use crate::stream::Selection;
use crate::tuple::{SIGNATURE, TRAILER};

/// So many bytes of the log are decoded at once. The server keeps their changes in a file until they are read, and
/// begins anew where the slot is for each further window, so there are to be few.
const WINDOW_BYTES: u64 = 4 << 30;

/// Signature, flags and the extension's length, in front of COPY's first tuple.
const HEADER_BYTES: usize = SIGNATURE.len() + 8;

/// Reads the changes of one table.
pub struct Drain<'p> {
    selection: &'p Selection,
    changeable: &'p Changeable,
    upserts: bool,
    rows: Rows<'p>,
    place: Place,
    table: Option<Columns>,
    /// Present within a transaction that is to be delivered.
    open: Option<Begin>,
    reconnect: &'p dyn Fn() -> Result<Client<TcpStream>>,
    /// For a second look at the table while changes arrive.
    aside: Option<Client<TcpStream>>,
    /// Present where the stream is followed.
    following: Option<Following<'p>>,
}

/// What a read without an end looks at on its way.
pub struct Following<'p> {
    /// The table's columns as they are now.
    pub look: &'p dyn Fn(&mut Client<TcpStream>) -> Result<Vec<CatalogColumn>>,
    /// The last place that a barrier names.
    marked: Lsn,
}

/// Why a read stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// All is read.
    AtEnd,
    /// The host wants no more.
    Ended,
}

/// How far a COPY has been taken.
#[derive(Default)]
struct Progress {
    /// Whether its header has come.
    begun: bool,
    messages: u64,
    /// Whether its trailer has come.
    ended: bool,
}

/// Where the table's columns are in the tuples that follow.
struct Columns {
    /// For each column that is read; none for one that the table did not have then.
    places: Vec<Option<usize>>,
    /// Those of the key among the columns that are read, and whether the log names it of rows that were.
    key: Vec<usize>,
    /// Whether each column of the tuples is part of the replica identity.
    identifies: Vec<bool>,
}

impl<'p> Drain<'p> {
    pub fn new(
        plan: &'p Plan,
        selection: &'p Selection,
        changeable: &'p Changeable,
        ctx: &'p StreamContext,
        place: Place,
        reconnect: &'p dyn Fn() -> Result<Client<TcpStream>>,
        out: &'p mut Emitter,
    ) -> Drain<'p> {
        Drain {
            selection,
            changeable,
            upserts: ctx.write_mode == WriteMode::Upsert,
            rows: Rows::new(plan, selection, ctx, out),
            place,
            table: None,
            open: None,
            reconnect,
            aside: None,
            following: None,
        }
    }

    /// Lets it go on until the host ends it.
    pub fn following(self, look: &'p dyn Fn(&mut Client<TcpStream>) -> Result<Vec<CatalogColumn>>) -> Drain<'p> {
        let marked = self.place.lsn;
        Drain { following: Some(Following { look, marked }), ..self }
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Marks what has come so far.
    pub fn end_window(&mut self) -> Result<()> {
        let Some(following) = &mut self.following else { return Ok(()) };
        let place = &self.place;
        let is_new = place.lsn > following.marked;
        self.rows.end_window(is_new, || {
            following.marked = place.lsn;
            place.payload()
        })
    }

    /// Takes every transaction that committed before `end`. The slot stays where it is (I23).
    pub fn run<T: Transport>(&mut self, client: &mut Client<T>, names: &Names, end: Lsn) -> Result<Halt> {
        while self.place.lsn < end {
            let upto = Lsn(end.0.min(self.place.lsn.0.saturating_add(WINDOW_BYTES)));
            if self.window(client, names, upto)? == Halt::Ended {
                return Ok(Halt::Ended);
            }
            // Behind the last commit up to there lies none that is lacking. Its record may end behind the window.
            self.place.lsn = self.place.lsn.max(upto);
        }
        Ok(Halt::AtEnd)
    }

    pub fn finish(self) -> Result<()> {
        if let Some(aside) = self.aside {
            aside.close()?;
        }
        self.rows.finish(self.place.payload())
    }

    fn window<T: Transport>(&mut self, client: &mut Client<T>, names: &Names, upto: Lsn) -> Result<Halt> {
        let sql = peek(names, upto, self.place.origin.table);
        loop {
            let mut copy = client.copy_out(&sql)?;
            match self.take_all(&mut copy, upto) {
                Err(Stopped::InUse) => {
                    drop(copy);
                    slot::await_release(client, &names.slot)?;
                }
                Err(Stopped::Failed(error)) => return Err(error.context("decoding the log")),
                Err(Stopped::Ended) => return Ok(Halt::Ended),
                Ok(()) => return Ok(Halt::AtEnd),
            }
        }
    }

    /// Takes a COPY to its end, which is only well if the server counted as many messages (I1).
    fn take_all<T: Transport>(&mut self, copy: &mut CopyOut<'_, T>, upto: Lsn) -> Result<(), Stopped> {
        self.table = None;
        let mut progress = Progress::default();
        loop {
            let frames = match copy.frames() {
                Ok(Some(frames)) => frames,
                Ok(None) => break,
                Err(error) if progress.messages == 0 && slot::is_in_use(&error) => return Err(Stopped::InUse),
                Err(error) => return Err(self.lost(error).into()),
            };
            let taken = self.take_frames(frames, upto, &mut progress)?;
            copy.consume(taken);
        }
        let Progress { messages, ended, .. } = progress;
        if !ended || copy.rows() != messages || self.open.is_some() {
            let message = format!("it counted {} messages and {messages} arrived, or a transaction has no end", copy.rows());
            return Err(broken(&message).into());
        }
        Ok(())
    }

    /// Takes all that has arrived whole; gives its size. Apart, so that it is compiled while the COPY goes on: a loop
    /// that is never left is only interpreted.
    #[inline(never)]
    fn take_frames(&mut self, frames: &[u8], upto: Lsn, progress: &mut Progress) -> Result<usize, Stopped> {
        let mut at = 0;
        while let Some(payload) = next_payload(frames, at) {
            at += FRAME_HEADER_BYTES + payload.len();
            let tuple = if progress.begun { payload } else { after_header(payload)? };
            progress.begun = true;
            match field(tuple)? {
                Some(bytes) if !progress.ended => {
                    progress.messages += 1;
                    self.take(bytes, upto)?;
                }
                None if !progress.ended => progress.ended = true,
                _ => return Err(broken("data follow COPY's trailer").into()),
            }
        }
        Ok(at)
    }

    #[inline(never)]
    fn take(&mut self, bytes: &[u8], upto: Lsn) -> Result<(), Stopped> {
        let message = message::parse(bytes).map_err(|malformed| broken(&malformed.to_string()))?;
        match message {
            Message::Begin(begin) => {
                let wanted = begin.commit < upto && self.place.lacks(begin.commit, begin.xid);
                self.open = wanted.then_some(begin);
                if wanted {
                    self.rows.begin(&begin);
                }
            }
            Message::Commit(commit) => {
                if let Some(begin) = self.open.take() {
                    if begin.commit != commit.commit {
                        return Err(broken("a transaction ends that did not begin").into());
                    }
                    self.place.lsn = commit.end;
                    let place = &self.place;
                    let is_marked = self.rows.end_transaction(|| place.payload())?;
                    if let (true, Some(following)) = (is_marked, &mut self.following) {
                        following.marked = place.lsn;
                        if host::pause(0)? {
                            return Err(Stopped::Ended);
                        }
                    }
                }
            }
            Message::Relation(relation) if relation.oid == self.place.origin.table => {
                self.refuse_other_columns(&relation)?;
                self.table = Some(self.columns(&relation)?);
            }
            Message::Relation(_) | Message::Aside => {}
            change if self.open.is_some() => self.change(change)?,
            // The copy holds it, or a later run takes it.
            _ => {}
        }
        Ok(())
    }

    /// A read that goes on has the columns that it began with. Where the table has others by now, the next attempt takes
    /// them, from the last frontier on.
    fn refuse_other_columns(&mut self, relation: &Relation) -> Result<()> {
        let Some(following) = &self.following else { return Ok(()) };
        let known = &self.selection.table.columns;
        let is_known = |told: &RelationColumn| {
            known.iter().any(|column| column.name == told.name && column.type_oid == told.type_oid)
        };
        if relation.columns.len() == known.len() && relation.columns.iter().all(is_known) {
            return Ok(());
        }
        let look = following.look;
        // Changes may be older than the read.
        if look(self.aside()?)? == *known {
            return Ok(());
        }
        let message = format!(
            "the columns of {}.{} have changed; the next attempt goes on with those that it has now",
            relation.schema, relation.name
        );
        Err(ConnectorError::transient_db("pg.cdc-columns-changed", message).backoff(BackoffClass::Fast))
    }

    /// A second session.
    fn aside(&mut self) -> Result<&mut Client<TcpStream>> {
        if self.aside.is_none() {
            self.aside = Some((self.reconnect)()?);
        }
        Ok(self.aside.as_mut().expect("was opened above"))
    }

    /// Finds the columns by name (I26).
    fn columns(&self, relation: &Relation) -> Result<Columns> {
        let now = &self.selection.table.columns;
        let place = |name: &String| relation.columns.iter().position(|column| column.name == *name);
        let places: Vec<Option<usize>> = self.selection.columns.iter().map(|column| place(&column.name)).collect();
        let added = places.iter().position(Option::is_none);
        let gone = relation.columns.iter().find(|column| now.iter().all(|known| known.name != column.name));
        if let (Some(added), Some(gone)) = (added, gone) {
            let message = format!(
                "{}.{} had a column {:?} when a change was written and has {:?} instead now: what was renamed cannot be told \
                 from what was dropped and added; to copy the table again, run: rapidbyte state reset --stream",
                relation.schema, relation.name, gone.name, self.selection.columns[added].name
            );
            return Err(ConnectorError::schema("pg.cdc-column-renamed", message));
        }
        let identifies: Vec<bool> = match &self.changeable.identity {
            Identity::Full => vec![true; relation.columns.len()],
            Identity::Columns(_) => relation.columns.iter().map(|column| column.identifies).collect(),
        };
        let is_key = |name: &String| match &self.changeable.identity {
            Identity::Columns(identity) if self.changeable.key.is_empty() => identity.contains(name),
            _ => self.changeable.key.contains(name),
        };
        let columns = self.selection.columns.iter().enumerate();
        let key = columns.filter(|(_, column)| is_key(&column.name)).map(|(index, _)| index).collect();
        Ok(Columns { places, key, identifies })
    }

    fn change(&mut self, change: Message<'_>) -> Result<()> {
        let wanted = self.place.origin.table;
        let relation = match &change {
            Message::Insert { relation, .. } | Message::Update { relation, .. } | Message::Delete { relation, .. } => {
                *relation
            }
            Message::Truncate { relations } => {
                if relations.contains(&wanted) {
                    self.rows.put(Operation::Truncate, |_| Value::Null)?;
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        if relation != wanted {
            return Ok(());
        }
        let Some(columns) = self.table.take() else { return Err(broken("a row comes before its relation")) };
        let told = self.tell(&columns, change);
        self.table = Some(columns);
        told
    }

    fn tell(&mut self, columns: &Columns, change: Message<'_>) -> Result<()> {
        match change {
            Message::Insert { new, .. } => {
                columns.check(&new)?;
                self.rows.put(Operation::Insert, |column| columns.value(&new, column, Value::Null))
            }
            Message::Delete { old, .. } => {
                let old = columns.old(&old)?;
                self.rows.put(Operation::Delete, |column| old.value(column).unwrap_or(Value::Null))
            }
            Message::Update { old, new, .. } => {
                columns.check(&new)?;
                let old = old.as_ref().map(|old| columns.old(old)).transpose()?;
                self.update(columns, old.as_ref(), &new)
            }
            _ => Ok(()),
        }
    }

    fn update(&mut self, columns: &Columns, old: Option<&Old<'_>>, new: &Tuple<'_>) -> Result<()> {
        // What was not touched is as it was, where that is told.
        let value = |column: usize| match (columns.value(new, column, Value::Unchanged), old) {
            (Value::Unchanged, Some(old)) => old.value(column).unwrap_or(Value::Unchanged),
            (value, _) => value,
        };
        let is_other_row = old.filter(|old| columns.key.iter().any(|column| {
            old.value(*column).is_some_and(|before| before != value(*column))
        }));
        let Some(old) = is_other_row else { return self.rows.put(Operation::Update, value) };
        // Another key is another row (I26).
        self.rows.put(Operation::Delete, |column| old.value(column).unwrap_or(Value::Null))?;
        let missing: Vec<usize> =
            (0..columns.places.len()).filter(|column| value(*column) == Value::Unchanged).collect();
        if missing.is_empty() || !self.upserts {
            return self.rows.put(Operation::Insert, value);
        }
        // Nobody but the table itself has what the row keeps of its former self. If it has gone on since, a later
        // change says so; if it is gone, a later change deletes what is left out here.
        let key: Vec<(usize, Value<'_>)> = columns.key.iter().map(|column| (*column, value(*column))).collect();
        let Some(fetched) = self.fetch(&key, &missing)? else { return Ok(()) };
        self.rows.put(Operation::Insert, |column| match missing.iter().position(|index| *index == column) {
            Some(at) => fetched[at].as_deref().map_or(Value::Null, |text| Value::Text(text.as_bytes())),
            None => value(column),
        })
    }

    /// Looks columns of a row up in the table as it is now; none if the row is not there.
    fn fetch(&mut self, key: &[(usize, Value<'_>)], wanted: &[usize]) -> Result<Option<Vec<Option<String>>>> {
        let name = |column: usize| quote_identifier(&self.selection.columns[column].name);
        let condition = |(column, value): &(usize, Value<'_>)| match value {
            Value::Text(text) => format!("{} = {}", name(*column), quote_literal(&String::from_utf8_lossy(text))),
            Value::Null | Value::Unchanged => format!("{} IS NULL", name(*column)),
        };
        let columns: Vec<String> = wanted.iter().map(|column| name(*column)).collect();
        let conditions: Vec<String> = key.iter().map(condition).collect();
        let sql = format!(
            "SELECT {} FROM ONLY {} WHERE {}",
            columns.join(", "),
            self.selection.table.from_clause(),
            conditions.join(" AND ")
        );
        let rows = self.aside()?.simple_query(&sql)?;
        let found = rows.iter().next();
        Ok(found.map(|row| (0..wanted.len()).map(|index| row.get(index).map(str::to_owned)).collect()))
    }

    fn lost(&self, error: PgError) -> ConnectorError {
        match error {
            PgError::RowTooLarge { bytes, limit } => {
                let relation = &self.selection.table.relation;
                let table = format!("{}.{}", relation.schema, relation.name);
                fault::change_too_large(&table, bytes, limit)
            }
            other => other.into(),
        }
    }
}

/// What is known of a row before a change.
struct Old<'a> {
    columns: &'a Columns,
    tuple: &'a Tuple<'a>,
    is_full: bool,
}

impl<'a> Old<'a> {
    /// None where it is not known.
    fn value(&self, column: usize) -> Option<Value<'a>> {
        let place = self.columns.places[column]?;
        (self.is_full || self.columns.identifies[place]).then(|| self.tuple.values[place])
    }
}

impl Columns {
    fn check(&self, tuple: &Tuple<'_>) -> Result<()> {
        if tuple.values.len() == self.identifies.len() {
            return Ok(());
        }
        Err(broken("a row has another number of columns than its relation"))
    }

    fn old<'a>(&'a self, old: &'a OldTuple<'a>) -> Result<Old<'a>> {
        let (tuple, is_full) = match old {
            OldTuple::Key(tuple) => (tuple, false),
            OldTuple::Full(tuple) => (tuple, true),
        };
        self.check(tuple)?;
        Ok(Old { columns: self, tuple, is_full })
    }

    /// The value of a column that is read, or `absent` of one that the table did not have.
    fn value<'v>(&self, tuple: &Tuple<'v>, column: usize, absent: Value<'v>) -> Value<'v> {
        self.places[column].map_or(absent, |place| tuple.values[place])
    }
}

/// Why a COPY was not taken to its end.
enum Stopped {
    /// Another stream of the pipeline was reading from the slot.
    InUse,
    /// The host wants no more; the session is of no more use.
    Ended,
    Failed(ConnectorError),
}

impl From<ConnectorError> for Stopped {
    fn from(error: ConnectorError) -> Stopped {
        Stopped::Failed(error)
    }
}

/// The COPY of all messages that concern the table, and of the transactions' bounds.
fn peek(names: &Names, upto: Lsn, table: u32) -> String {
    let (begin, commit, truncate) = (b'B', b'C', b'T');
    format!(
        "COPY (SELECT data FROM pg_catalog.pg_logical_slot_peek_binary_changes({slot}, '{upto}', NULL, 'proto_version', '1', \
         'publication_names', {publication}) WHERE get_byte(data, 0) IN ({begin}, {commit}, {truncate}) \
         OR substring(data FROM 2 FOR 4) = '\\x{table:08x}'::bytea) TO STDOUT (FORMAT binary)",
        slot = quote_literal(&names.slot),
        publication = quote_literal(&quote_identifier(&names.publication)),
    )
}

fn after_header(chunk: &[u8]) -> Result<&[u8]> {
    match chunk.split_at_checked(HEADER_BYTES) {
        Some((header, tuple)) if header.starts_with(SIGNATURE) => Ok(tuple),
        _ => Err(broken("COPY does not begin with its signature")),
    }
}

/// The one field of a tuple; none for the trailer.
fn field(tuple: &[u8]) -> Result<Option<&[u8]>> {
    let wrong = || broken("a message of COPY is not one tuple with one field");
    let (count, rest) = tuple.split_first_chunk::<2>().ok_or_else(wrong)?;
    match i16::from_be_bytes(*count) {
        TRAILER if rest.is_empty() => Ok(None),
        1 => {
            let (length, bytes) = rest.split_first_chunk::<4>().ok_or_else(wrong)?;
            let fits = usize::try_from(i32::from_be_bytes(*length)).is_ok_and(|length| length == bytes.len());
            fits.then_some(Some(bytes)).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

fn broken(what: &str) -> ConnectorError {
    ConnectorError::internal("pg.protocol", format!("the server broke the format of logical replication: {what}"))
}
