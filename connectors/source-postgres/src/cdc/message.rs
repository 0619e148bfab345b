//! What the output plugin `pgoutput` says, in version 1 of its protocol: whole transactions, one after the
//! other in the order of their commits. The manual describes it as "Logical Replication Message Formats".
//!
//! Nothing is taken for granted: every length and count is checked against what is there, and a message
//! must end where its contents do.

use super::lsn::Lsn;

/// One message. Texts and values lie in the bytes it was read from.
#[derive(Debug, PartialEq, Eq)]
pub enum Message<'a> {
    Begin(Begin),
    Commit(Commit),
    /// The columns of a relation, before the first change to it and again whenever they may have changed.
    Relation(Relation),
    Insert {
        relation: u32,
        new: Tuple<'a>,
    },
    Update {
        relation: u32,
        old: Option<OldTuple<'a>>,
        new: Tuple<'a>,
    },
    Delete {
        relation: u32,
        old: OldTuple<'a>,
    },
    Truncate {
        relations: Vec<u32>,
    },
    /// What changes no row: where a transaction came from, a type's name, an application's own message.
    Aside,
}

/// The start of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begin {
    /// Where its commit record begins.
    pub commit: Lsn,
    /// When it was committed, in microseconds since 2000.
    pub micros: i64,
    pub xid: u32,
}

/// The end of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Where its commit record begins.
    pub commit: Lsn,
    /// Where its commit record ends.
    pub end: Lsn,
}

/// A table as it was when what follows was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    pub oid: u32,
    pub schema: String,
    pub name: String,
    pub columns: Vec<RelationColumn>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationColumn {
    pub name: String,
    /// Whether it is part of the replica identity.
    pub identifies: bool,
    pub type_oid: u32,
}

/// What is known of the row before the change.
#[derive(Debug, PartialEq, Eq)]
pub enum OldTuple<'a> {
    /// The columns of the replica identity; all others are NULL here and mean nothing.
    Key(Tuple<'a>),
    /// All columns.
    Full(Tuple<'a>),
}

/// The values of a row, one for each column of the relation.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tuple<'a> {
    pub values: Vec<Value<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Null,
    /// Stored out of line and not touched by the change, so that it was not read either (I26).
    Unchanged,
    /// As the type's output function prints it.
    Text(&'a [u8]),
}

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    Short,
    /// Bytes follow the message's contents.
    TooLong,
    /// No message of this version begins with this byte, or no tuple or value where one is due.
    Tag(u8),
    Count(i32),
    NotUtf8,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Malformed::Short => f.write_str("a message ends before its contents do"),
            Malformed::TooLong => f.write_str("a message goes on behind its contents"),
            Malformed::Tag(tag) => write!(f, "byte {tag} has no meaning where it stands"),
            Malformed::Count(count) => write!(f, "a count of {count}"),
            Malformed::NotUtf8 => f.write_str("a name is not UTF-8 although that was agreed"),
        }
    }
}

type Result<T> = std::result::Result<T, Malformed>;

/// Reads one message.
pub fn parse(bytes: &[u8]) -> Result<Message<'_>> {
    let mut body = Body { rest: bytes };
    let message = match body.u8()? {
        b'B' => Message::Begin(Begin { commit: body.lsn()?, micros: body.i64()?, xid: body.u32()? }),
        b'C' => {
            body.u8()?; // flags; none is defined
            let (commit, end) = (body.lsn()?, body.lsn()?);
            body.i64()?; // the time, which Begin has told
            Message::Commit(Commit { commit, end })
        }
        b'R' => Message::Relation(relation(&mut body)?),
        b'I' => {
            let relation = body.u32()?;
            body.expect(b'N')?;
            Message::Insert { relation, new: body.tuple()? }
        }
        b'U' => {
            let relation = body.u32()?;
            let (old, tag) = match body.u8()? {
                tag @ (b'K' | b'O') => (Some(body.old_tuple(tag)?), body.u8()?),
                tag => (None, tag),
            };
            expect(tag, b'N')?;
            Message::Update { relation, old, new: body.tuple()? }
        }
        b'D' => {
            let relation = body.u32()?;
            let tag = body.u8()?;
            Message::Delete { relation, old: body.old_tuple(tag)? }
        }
        b'T' => {
            let count = body.count32()?;
            body.u8()?; // CASCADE and RESTART IDENTITY: every table that it emptied is told
            let relations = (0..count).map(|_| body.u32()).collect::<Result<_>>()?;
            Message::Truncate { relations }
        }
        b'O' | b'Y' | b'M' => return Ok(Message::Aside),
        tag => return Err(Malformed::Tag(tag)),
    };
    if body.rest.is_empty() {
        Ok(message)
    } else {
        Err(Malformed::TooLong)
    }
}

fn relation(body: &mut Body<'_>) -> Result<Relation> {
    let (oid, schema, name) = (body.u32()?, body.text()?, body.text()?);
    body.u8()?; // the replica identity's kind, which the columns' flags tell better
    let count = body.count16()?;
    let mut columns = Vec::new();
    for _ in 0..count {
        let identifies = body.u8()? & 1 == 1;
        let name = body.text()?;
        let type_oid = body.u32()?;
        body.u32()?; // the type's modifier
        columns.push(RelationColumn { name, identifies, type_oid });
    }
    // What is in pg_catalog comes without its schema.
    let schema = if schema.is_empty() { "pg_catalog".to_owned() } else { schema };
    Ok(Relation { oid, schema, name, columns })
}

fn expect(tag: u8, wanted: u8) -> Result<()> {
    if tag == wanted {
        Ok(())
    } else {
        Err(Malformed::Tag(tag))
    }
}

/// What is left of a message.
struct Body<'a> {
    rest: &'a [u8],
}

impl<'a> Body<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or(Malformed::Short)?;
        self.rest = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, tail) = self.rest.split_first_chunk::<N>().ok_or(Malformed::Short)?;
        self.rest = tail;
        Ok(*head)
    }

    fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    fn lsn(&mut self) -> Result<Lsn> {
        Ok(Lsn(u64::from_be_bytes(self.array()?)))
    }

    fn count16(&mut self) -> Result<i16> {
        let count = i16::from_be_bytes(self.array()?);
        if count < 0 {
            return Err(Malformed::Count(count.into()));
        }
        Ok(count)
    }

    fn count32(&mut self) -> Result<i32> {
        let count = i32::from_be_bytes(self.array()?);
        if count < 0 {
            return Err(Malformed::Count(count));
        }
        Ok(count)
    }

    /// Up to the next zero byte.
    fn text(&mut self) -> Result<String> {
        let length = self.rest.iter().position(|byte| *byte == 0).ok_or(Malformed::Short)?;
        let text = std::str::from_utf8(self.bytes(length)?).map_err(|_| Malformed::NotUtf8)?;
        self.u8()?;
        Ok(text.to_owned())
    }

    fn expect(&mut self, wanted: u8) -> Result<()> {
        expect(self.u8()?, wanted)
    }

    fn old_tuple(&mut self, tag: u8) -> Result<OldTuple<'a>> {
        match tag {
            b'K' => self.tuple().map(OldTuple::Key),
            b'O' => self.tuple().map(OldTuple::Full),
            tag => Err(Malformed::Tag(tag)),
        }
    }

    fn tuple(&mut self) -> Result<Tuple<'a>> {
        let count = self.count16()?;
        // Each value takes a byte at the least, so that a count alone takes no memory.
        let mut values = Vec::with_capacity((count as usize).min(self.rest.len()));
        for _ in 0..count {
            values.push(match self.u8()? {
                b'n' => Value::Null,
                b'u' => Value::Unchanged,
                b't' => {
                    let length = self.count32()?;
                    Value::Text(self.bytes(length as usize)?)
                }
                tag => return Err(Malformed::Tag(tag)),
            });
        }
        Ok(Tuple { values })
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
