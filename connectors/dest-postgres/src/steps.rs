//! The points at which something becomes durable, or is about to. A process that dies at any of
//! them, and a run that follows it, must leave exactly the right rows.

use rapidbyte_sdk::host;

/// The stream is claimed for this run; committed.
pub const CLAIMED: &str = "claimed";
/// The stream's table was made or mended; committed.
pub const TABLE_CREATED: &str = "table.created";
/// The shadow table was made; not committed.
pub const SHADOW_CREATED: &str = "shadow.created";
/// Staged rows were moved over those of the same key; not committed.
pub const UPSERT_MERGED: &str = "upsert.merged";
/// The server has all rows of the frontier; not committed.
pub const ROWS_STAGED: &str = "rows.staged";
/// The host has saved what was rejected before the barrier; the rows are not committed.
pub const PREPARED: &str = "prepared";
/// The new rows are about to take the old ones' place; not committed.
pub const SWAP_BEGIN: &str = "swap.begin";
/// They have taken it; not committed.
pub const SWAPPED: &str = "swapped";
/// The receipt lies beside the rows in the transaction; COMMIT comes next.
pub const RECEIPT_WRITTEN: &str = "receipt.written";
/// The server has confirmed COMMIT; the host does not know it yet.
pub const COMMITTED: &str = "committed";

/// All of them, in the order in which a run comes by.
pub const DURABLE_STEPS: [&str; 10] = [
    CLAIMED,
    TABLE_CREATED,
    SHADOW_CREATED,
    UPSERT_MERGED,
    ROWS_STAGED,
    PREPARED,
    SWAP_BEGIN,
    SWAPPED,
    RECEIPT_WRITTEN,
    COMMITTED,
];

pub(crate) fn reached(step: &str) {
    host::durable_step(step);
}
