//! The replication slot and the publication of a pipeline (I25).

use rapidbyte_pg::{Client, PgError, Row, Transport};
use rapidbyte_sdk::names::quote_identifier;
use rapidbyte_sdk::types::{ErrorCategory, LogSlot, SlotReader};
use rapidbyte_sdk::{ConnectorError, Result, StreamContext};

use super::lsn::Lsn;
use super::place::Place;
use crate::config::Config;
use crate::catalog::Relation;
use crate::stream::Refusal;

/// PostgreSQL cuts longer names.
const MAX_NAME_BYTES: usize = 63;

/// The plugin whose messages [`super::message`] reads.
pub const PLUGIN: &str = "pgoutput";

/// An object is in use by somebody else; the manual's `object_in_use`.
const IN_USE: &str = "55006";

/// Between two looks at a slot that is in use, in seconds.
const PAUSE: f32 = 0.05;

/// What a pipeline's slot and publication are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub slot: String,
    pub publication: String,
}

impl Names {
    /// Those of the settings, and else the pipeline's.
    pub fn of(config: &Config, pipeline: &str) -> Names {
        let own = derived(pipeline);
        Names {
            slot: config.replication_slot.clone().unwrap_or_else(|| own.clone()),
            publication: config.publication.clone().unwrap_or(own),
        }
    }
}

/// A slot's name has lower-case letters, digits and underscores. A pipeline's name that has others, or
/// is too long, is told apart by a hash.
fn derived(pipeline: &str) -> String {
    const PREFIX: &str = "rapidbyte_";
    let fits = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
    if pipeline.chars().all(fits) && PREFIX.len() + pipeline.len() <= MAX_NAME_BYTES {
        return format!("{PREFIX}{pipeline}");
    }
    // FNV-1a.
    let hash = pipeline.bytes().fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let lower = pipeline.to_lowercase();
    let plain = lower.chars().map(|character| if fits(character) { character } else { '_' });
    let short: String = plain.take(MAX_NAME_BYTES - PREFIX.len() - 17).collect();
    format!("{PREFIX}{short}_{hash:016x}")
}

/// A slot as the server shows it.
#[derive(Debug)]
pub struct Slot {
    pub plugin: Option<String>,
    /// Whether it is of the database that is read.
    pub is_of_this_database: bool,
    pub is_active: bool,
    /// Changes of transactions that committed before are not given any more.
    pub confirmed: Option<Lsn>,
    /// Whether the server has thrown away log that the slot needs.
    pub is_lost: bool,
    /// The log that the server keeps for it.
    pub retained_bytes: u64,
}

/// How much log a slot makes the server keep, by the settings' measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Retained {
    Little,
    Much,
    OverLimit,
}

impl Slot {
    pub fn find<T: Transport>(client: &mut Client<T>, name: &str) -> Result<Option<Slot>> {
        // The server shows a status since 13.
        let rows = client.query(
            "SELECT plugin, coalesce(database = current_database(), false), active, confirmed_flush_lsn, \
             coalesce(to_jsonb(s) ->> 'wal_status' = 'lost', false), \
             coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::int8 \
             FROM pg_catalog.pg_replication_slots s WHERE slot_name = $1",
            &[Some(name)],
        )?;
        let read = |row: Row<'_>| {
            Ok::<_, PgError>(Slot {
                plugin: row.get(0).map(str::to_owned),
                is_of_this_database: row.bool(1)?,
                is_active: row.bool(2)?,
                confirmed: row.get(3).and_then(Lsn::parse),
                is_lost: row.bool(4)?,
                retained_bytes: row.integer(5)?.max(0).unsigned_abs(),
            })
        };
        let slot = rows.iter().next().map(read).transpose()?;
        Ok(slot)
    }

    /// What stands against reading from it, whoever made it.
    pub fn refusal(&self, name: &str) -> Option<Refusal> {
        if self.plugin.as_deref() != Some(PLUGIN) || !self.is_of_this_database {
            let plugin = self.plugin.as_deref().unwrap_or("none");
            let message = format!(
                "the replication slot {name} is of plugin {plugin} or of another database; changes are read by {PLUGIN} \
                 from this database: set replication_slot to another name, which is then made"
            );
            return Some(Refusal::config("pg.slot-unfit", message));
        }
        if self.is_lost {
            let message = format!(
                "the replication slot {name} is lost: the server has removed the log that it needed, as \
                 max_slot_wal_keep_size allows. {}",
                start_over(name)
            );
            return Some(Refusal::new(ErrorCategory::Schema, "pg.slot-lost", message));
        }
        None
    }

    /// How much log the server keeps for it, and whether that is more than the settings want (I25).
    pub fn retained(&self, name: &str, config: &Config) -> (Retained, String) {
        let megabytes = self.retained_bytes >> 20;
        let told = format!("the server keeps {megabytes} MB of its log for the replication slot {name}");
        let advice = "only a run of this pipeline, with all of its streams, sets it free; the server's max_slot_wal_keep_size \
                      limits it, at the price of the slot";
        match config.retained_wal_limit_mb {
            Some(limit) if megabytes >= limit => {
                (Retained::OverLimit, format!("{told}, and retained_wal_limit_mb is {limit}: {advice}"))
            }
            _ if megabytes >= config.retained_wal_warning_mb => (Retained::Much, format!("{told}: {advice}")),
            _ => (Retained::Little, told),
        }
    }

    /// What stands against going on from `place` (I25).
    pub fn gap(&self, name: &str, place: Lsn) -> Option<Refusal> {
        let confirmed = self.confirmed.filter(|confirmed| *confirmed > place)?;
        let message = format!(
            "the replication slot {name} is at {confirmed}, and this stream has got to {place} only: somebody else has \
             read from the slot, or it was made anew; the changes between are gone. Let nothing else read it. {}",
            start_over("")
        );
        Some(Refusal::new(ErrorCategory::Schema, "pg.slot-overtaken", message))
    }
}

/// The error for a slot that is not there any more.
pub fn vanished(name: &str, place: Option<Lsn>) -> Refusal {
    let place = place.map_or_else(String::new, |place| format!(", from which this stream was read up to {place}"));
    let message = format!(
        "the replication slot {name}{place} does not exist any more: it was dropped, or the server is another; the \
         changes since are gone. {}",
        start_over("")
    );
    Refusal::new(ErrorCategory::Schema, "pg.slot-vanished", message)
}

/// What to do where changes are gone. `slot` is to be dropped first, if it is named.
fn start_over(slot: &str) -> String {
    let first = match slot {
        "" => String::new(),
        slot => format!("first run rapidbyte cdc drop --slot {slot} --yes; then "),
    };
    format!(
        "To copy the tables again: {first}run rapidbyte state reset --stream for every stream of this pipeline, then the \
         pipeline; rows that were deleted meanwhile remain until rapidbyte verify --repair --delete-extra removes \
         them"
    )
}

/// What a publication says of a table.
pub struct Coverage {
    /// Another one if the table, or the publication, was taken away and came back: changes between are not told.
    pub id: String,
    /// Whether all kinds of changes are told.
    pub is_complete: bool,
    pub has_table: bool,
    /// Whether it leaves rows or columns of the table out.
    pub filters: bool,
}

/// Row filters and column lists came with 15; where there are none, the row has no such columns.
const COVERAGE: &str = "
SELECT p.oid || '/' || coalesce(r.oid::text, 'all'), p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate,
       EXISTS (SELECT FROM pg_catalog.pg_publication_tables t
               WHERE t.pubname = p.pubname AND t.schemaname = $2 AND t.tablename = $3),
       coalesce(to_jsonb(r) ->> 'prqual' IS NOT NULL OR to_jsonb(r) ->> 'prattrs' IS NOT NULL, false)
FROM pg_catalog.pg_publication p LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = $4::oid
WHERE p.pubname = $1";

/// None where there is no such publication.
pub fn coverage<T: Transport>(
    client: &mut Client<T>,
    publication: &str,
    relation: &Relation,
) -> Result<Option<Coverage>> {
    let Relation { schema, name, oid, .. } = relation;
    let rows = client.query(COVERAGE, &[Some(publication), Some(schema), Some(name), Some(oid)])?;
    let read = |row: Row<'_>| {
        Ok::<_, PgError>(Coverage {
            id: row.text(0)?.to_owned(),
            is_complete: row.bool(1)?,
            has_table: row.bool(2)?,
            filters: row.bool(3)?,
        })
    };
    let found = rows.iter().next().map(read).transpose()?;
    Ok(found)
}

/// Makes the publication where it is missing and adds the table where it lacks it. A table is published
/// before it is copied, and before the slot is there (I24).
pub fn publish<T: Transport>(client: &mut Client<T>, publication: &str, relation: &Relation) -> Result<()> {
    let covered = coverage(client, publication, relation)?.map(|coverage| coverage.has_table);
    let (schema, table) = (&relation.schema, &relation.name);
    let sql = match covered {
        Some(true) => return Ok(()),
        Some(false) => added(publication, schema, table),
        None => created(publication, schema, table),
    };
    match client.execute(&sql) {
        Ok(_) => Ok(()),
        Err(error) => {
            let mut error = ConnectorError::from(error).context(&format!("publishing {schema}.{table}"));
            error.message += &format!("; let a role that owns the table run: {sql}");
            Err(error)
        }
    }
}

/// The statement that adds a table to a publication.
pub fn added(publication: &str, schema: &str, table: &str) -> String {
    format!("ALTER PUBLICATION {} ADD TABLE {}", quote_identifier(publication), qualified(schema, table))
}

/// The statement that makes a publication.
pub fn created(publication: &str, schema: &str, table: &str) -> String {
    format!("CREATE PUBLICATION {} FOR TABLE {}", quote_identifier(publication), qualified(schema, table))
}

fn qualified(schema: &str, table: &str) -> String {
    format!("{}.{}", quote_identifier(schema), quote_identifier(table))
}

/// Makes the slot. Waits for the transactions that are writing.
pub fn create<T: Transport>(client: &mut Client<T>, name: &str) -> Result<()> {
    rapidbyte_sdk::info!("making the replication slot {name}, which waits for the transactions that are writing now");
    let sql = "SELECT pg_create_logical_replication_slot($1, $2)";
    match client.query(sql, &[Some(name), Some(PLUGIN)]) {
        Ok(_) => Ok(()),
        Err(error) => Err(ConnectorError::from(error).context(&format!("making the replication slot {name}"))),
    }
}

/// Lets the server forget what lies before `place`, which all streams have made durable (I23).
pub fn advance<T: Transport>(client: &mut Client<T>, name: &str, place: Lsn) -> Result<()> {
    loop {
        let confirmed = Slot::find(client, name)?.and_then(|slot| slot.confirmed);
        // A stream beside this one may have been faster.
        if confirmed.is_none_or(|confirmed| confirmed >= place) {
            return Ok(());
        }
        let place = place.to_string();
        match client.query("SELECT pg_replication_slot_advance($1, $2::pg_lsn)", &[Some(name), Some(&place)]) {
            Ok(_) => return Ok(()),
            Err(error) if is_in_use(&error) => await_release(client, name)?,
            Err(error) => return Err(ConnectorError::from(error).context(&format!("advancing the slot {name}"))),
        }
    }
}

/// All logical slots of the database. A cursor that is kept names the slot that it is of.
pub fn list<T: Transport>(client: &mut Client<T>, names: &Names, streams: &[StreamContext]) -> Result<Vec<LogSlot>> {
    let cursors = streams.iter().filter_map(|ctx| ctx.cursor.as_ref()?.last_value.as_ref());
    let read_before: Vec<String> = cursors.filter_map(|value| Some(Place::read(value).ok()?.origin.slot)).collect();
    let by_default = streams.first().map(|ctx| derived(&ctx.run.pipeline));
    let rows = client.simple_query(
        "SELECT slot_name FROM pg_catalog.pg_replication_slots WHERE slot_type = 'logical' AND database = current_database() \
         ORDER BY slot_name",
    )?;
    let found: Vec<String> = rows.iter().filter_map(|row| row.get(0).map(str::to_owned)).collect();
    let mut slots = Vec::with_capacity(found.len());
    for name in found {
        // One that was dropped since is not told.
        let Some(slot) = Slot::find(client, &name)? else { continue };
        let reader = if name == names.slot {
            SlotReader::Pipeline
        } else if read_before.contains(&name) || by_default.as_ref() == Some(&name) {
            SlotReader::Earlier
        } else {
            SlotReader::Other
        };
        slots.push(LogSlot {
            reader,
            active: slot.is_active,
            lost: slot.is_lost,
            retained_bytes: slot.retained_bytes,
            position: slot.confirmed.map(|place| place.to_string()),
            name,
        });
    }
    Ok(slots)
}

/// Drops a slot that nobody is reading from (I25: by a user's order only).
pub fn drop<T: Transport>(client: &mut Client<T>, name: &str) -> Result<()> {
    match client.query("SELECT pg_catalog.pg_drop_replication_slot($1)", &[Some(name)]) {
        Ok(_) => Ok(()),
        Err(error) if is_in_use(&error) => {
            let message = format!(
                "the replication slot {name} is being read from at this moment, so it was not dropped; stop its reader, which \
                 pg_stat_activity shows, and try again"
            );
            Err(ConnectorError::config("pg.slot-in-use", message))
        }
        Err(error) => Err(ConnectorError::from(error).context(&format!("dropping the replication slot {name}"))),
    }
}

/// Whether somebody else was reading from the slot.
pub fn is_in_use(error: &PgError) -> bool {
    error.sqlstate() == Some(IN_USE)
}

/// Waits a moment for a stream of this pipeline that reads from the slot. Its other readers do not end.
pub fn await_release<T: Transport>(client: &mut Client<T>, name: &str) -> Result<()> {
    let sql = "SELECT s.active_pid FROM pg_catalog.pg_replication_slots s \
               JOIN pg_catalog.pg_stat_replication r ON r.pid = s.active_pid WHERE s.slot_name = $1";
    let streaming = client.query(sql, &[Some(name)])?;
    if let Some(pid) = streaming.single() {
        let message = format!(
            "the replication slot {name} is streamed to another program (process {pid} of the server); let that one have a \
             slot of its own, or set replication_slot to another name"
        );
        return Err(ConnectorError::config("pg.slot-in-use", message));
    }
    client.execute(&format!("SELECT pg_sleep({PAUSE})"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipelines_name_makes_a_slots() {
        assert_eq!(derived("orders_2"), "rapidbyte_orders_2");
        let (upper, lower) = (derived("Orders"), derived("orders!"));
        assert!(upper.starts_with("rapidbyte_orders_") && upper != lower, "{upper} {lower}");
        let long = derived(&"é".repeat(100));
        assert_eq!(long.len(), MAX_NAME_BYTES);
        assert_ne!(long, derived(&"é".repeat(101)));
    }
}
