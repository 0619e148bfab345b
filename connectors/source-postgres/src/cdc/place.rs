//! How far a stream of changes has got, as its cursor keeps it (I9).

use rapidbyte_sdk::types::CursorValue;
use serde::{Deserialize, Serialize};

use super::lsn::Lsn;
use super::visible::Visible;
use crate::saved::{self, FORMAT};

/// The type of the cursor's value.
pub const TYPE_NAME: &str = "pg_lsn";

/// Between two transactions: all whose commit records lie before `lsn` are delivered, no other is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub lsn: Lsn,
    pub origin: Origin,
    /// Present while changes may come that the copy of the table holds already.
    pub copied: Option<Copied>,
}

/// What a place in the log is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Tells clusters apart.
    pub system: String,
    pub slot: String,
    /// The table's object identifier.
    pub table: u32,
    /// How the table was published, as [`super::slot::Coverage::id`] tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
}

/// The snapshot that the table was copied in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub snapshot: Visible,
    /// Commits behind this place came after the snapshot.
    pub until: Lsn,
}

/// The tie-breaker of the cursor's value.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Saved {
    format: u32,
    origin: Origin,
    copied: Option<SavedCopy>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedCopy {
    snapshot: String,
    until: String,
}

impl Place {
    /// Of a cursor's value; the error says what is wrong with it.
    pub fn read(value: &CursorValue) -> Result<Place, String> {
        let lsn = position(value).ok_or_else(|| {
            format!("its value {:?} of type {} is no place in the server's log", value.value, value.type_name)
        })?;
        let Saved { origin, copied, .. } = saved::read(value.tie_breaker.as_deref().unwrap_or_default())?;
        let copied = copied.map(|copy| {
            let damaged = || format!("it is damaged: {:?} at {:?} is no snapshot", copy.snapshot, copy.until);
            let snapshot = Visible::parse(&copy.snapshot).ok_or_else(damaged)?;
            Ok::<_, String>(Copied { snapshot, until: Lsn::parse(&copy.until).ok_or_else(damaged)? })
        });
        Ok(Place { lsn, origin, copied: copied.transpose()? })
    }

    /// As the payload of a barrier.
    pub fn payload(&self) -> String {
        let copied = self.copied.as_ref().filter(|copied| self.lsn < copied.until);
        let saved = Saved {
            format: FORMAT,
            origin: self.origin.clone(),
            copied: copied
                .map(|copied| SavedCopy { snapshot: copied.snapshot.to_string(), until: copied.until.to_string() }),
        };
        saved::cursor_payload(&CursorValue {
            type_name: TYPE_NAME.to_owned(),
            value: self.lsn.to_string(),
            tie_breaker: Some(saved::json(&saved)),
        })
    }

    /// Whether a transaction is still to be delivered. Its commit record begins at `commit`.
    pub fn lacks(&self, commit: Lsn, xid: u32) -> bool {
        let held = |copied: &Copied| commit < copied.until && copied.snapshot.sees(xid);
        commit >= self.lsn && !self.copied.as_ref().is_some_and(held)
    }
}

/// The place that a cursor's value names.
pub fn position(value: &CursorValue) -> Option<Lsn> {
    (value.type_name == TYPE_NAME).then(|| Lsn::parse(&value.value)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(lsn: u64) -> Place {
        let origin = Origin { system: "7".to_owned(), slot: "s".to_owned(), table: 16_384, published: None };
        let copied = Copied { snapshot: Visible::parse("10:20:12").unwrap(), until: Lsn(100) };
        Place { lsn: Lsn(lsn), origin, copied: Some(copied) }
    }

    fn value(payload: &str) -> CursorValue {
        let json: serde_json::Value = serde_json::from_str(payload).unwrap();
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        CursorValue { type_name: text("type-name"), value: text("value"), tie_breaker: Some(text("tie-breaker")) }
    }

    #[test]
    fn a_place_comes_back_as_it_was() {
        let early = place(40);
        assert_eq!(Place::read(&value(&early.payload())), Ok(early));
        let late = Place::read(&value(&place(100).payload())).unwrap();
        assert_eq!(late.copied, None, "nothing comes any more that the copy holds");
    }

    #[test]
    fn what_the_copy_holds_is_not_delivered_again() {
        let place = place(40);
        for (commit, xid, lacking) in
            [(39, 25, false), (40, 25, true), (50, 11, false), (50, 12, true), (99, 19, false), (100, 19, true)]
        {
            assert_eq!(place.lacks(Lsn(commit), xid), lacking, "transaction {xid} committed at {commit}");
        }
    }

    #[test]
    fn another_kind_of_cursor_is_refused() {
        let mut of_time = value(&place(40).payload());
        of_time.type_name = "timestamptz".to_owned();
        assert!(Place::read(&of_time).unwrap_err().contains("no place"));
        let mut newer = value(&place(40).payload());
        newer.tie_breaker = Some(r#"{"format":99}"#.to_owned());
        assert!(Place::read(&newer).unwrap_err().contains("newer"));
        newer.tie_breaker = None;
        assert!(Place::read(&newer).is_err());
    }
}
