//! The first read of a stream of changes: all of its table, in a snapshot that tells which changes it
//! holds (I24).
//!
//! The table is published and the slot made first. Then every transaction that was under way is waited for: it may
//! have changed the table before it was published, or committed before the slot was there without being seen yet.
//! What a snapshot taken after that does not see is therefore in the slot, as a whole; what it sees and what comes
//! from the slot nevertheless is told by the transaction's identifier, exactly, so that neither a key nor an
//! upsert is needed to keep rows from coming twice.

use rapidbyte_pg::{Client, Transport};
use rapidbyte_sdk::{ConnectorError, Result};

use super::lsn::Lsn;
use super::visible::Visible;

/// Between two looks, in seconds: at first, and at the most.
const PAUSES: (f32, f32) = (0.005, 1.0);

/// After so many looks it is told what is being waited for.
const TOLD_AFTER: u32 = 12;

/// A place that every transaction committed before will have been seen from, once this returns.
pub fn settle<T: Transport>(client: &mut Client<T>) -> Result<Lsn> {
    // The place first: a transaction whose commit record lies before it is under way in the snapshot, or seen.
    let place = insert_place(client)?;
    let started = snapshot(client)?;
    let (mut pause, most) = PAUSES;
    let mut looks = 0;
    while snapshot(client)?.xmin() < started.xmax() {
        looks += 1;
        if looks == TOLD_AFTER {
            rapidbyte_sdk::info!(
                "waiting for the transactions to end that were writing when the table was published; pg_stat_activity shows \
                 them as those with a backend_xid"
            );
        }
        client.execute(&format!("SELECT pg_sleep({pause})"))?;
        pause = (pause * 2.0).min(most);
    }
    Ok(place)
}

/// The snapshot of the transaction, or of this moment where none is open.
pub fn snapshot<T: Transport>(client: &mut Client<T>) -> Result<Visible> {
    let rows = client.simple_query("SELECT txid_current_snapshot()")?;
    let text = rows.single().unwrap_or_default();
    Visible::parse(text)
        .ok_or_else(|| ConnectorError::internal("pg.protocol", format!("the server's snapshot is none: {text:?}")))
}

/// Where the next record of the log will lie.
pub fn insert_place<T: Transport>(client: &mut Client<T>) -> Result<Lsn> {
    place(client, "SELECT pg_current_wal_insert_lsn()")
}

/// A place behind every transaction that has ended, up to which the log can be read: that is, on disk. With
/// `synchronous_commit = off` the last ones may not be there yet; a commit that waits takes them along.
pub fn end_of_log<T: Transport>(client: &mut Client<T>) -> Result<Lsn> {
    let end = insert_place(client)?;
    if end_on_disk(client)? < end {
        client.execute(
            "BEGIN READ WRITE; SET LOCAL synchronous_commit = local; \
             SELECT pg_catalog.pg_logical_emit_message(true, 'rapidbyte', ''); COMMIT",
        )?;
    }
    end_on_disk(client)
}

/// Up to where the log can be read at this moment.
pub fn end_on_disk<T: Transport>(client: &mut Client<T>) -> Result<Lsn> {
    place(client, "SELECT pg_current_wal_flush_lsn()")
}

fn place<T: Transport>(client: &mut Client<T>, sql: &str) -> Result<Lsn> {
    let rows = client.simple_query(sql)?;
    let text = rows.single().unwrap_or_default();
    Lsn::parse(text)
        .ok_or_else(|| ConnectorError::internal("pg.protocol", format!("the server's place in its log is none: {text:?}")))
}
