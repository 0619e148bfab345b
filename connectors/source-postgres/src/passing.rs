//! Rows that pass as the server has sent them, for another PostgreSQL to read.

use rapidbyte_pg::{tuples, COPY_DATA, FRAME_HEADER_BYTES};
use rapidbyte_sdk::arrow::{Batch, Column};

use crate::tuple::{Bounds, Found, Stop, COUNT_BYTES, LENGTH_BYTES};

/// Gathers tuples for a destination that takes them.
pub struct Passing {
    pub batch: Batch,
    columns: usize,
}

impl Passing {
    pub fn new(columns: usize, max_batch_bytes: u64) -> Passing {
        Passing { batch: Batch::new(tuples::schema(), max_batch_bytes), columns }
    }

    /// Takes the tuples that lie one by one in the CopyData messages from `at` on; gives how many they were.
    pub fn take(&mut self, frames: &[u8], at: usize, max_row_bytes: usize) -> (usize, Found) {
        let bounds = Bounds { room: self.batch.room(), row_overhead: self.batch.row_overhead(), max_row_bytes };
        let column = &mut self.batch.columns_mut()[0];
        let before = column.rows();
        let found = gather(frames, at, &bounds, self.columns, column);
        let rows = column.rows() - before;
        self.batch.end_rows(rows, found.payload);
        (rows, found)
    }
}

/// The one loop over rows that is left. It sees no more of a tuple than its size and its field count: where the host still
/// interprets, a look at each field would take longer than all the rest.
#[inline(never)]
fn gather(frames: &[u8], mut at: usize, bounds: &Bounds, columns: usize, column: &mut Column) -> Found {
    let mut room = bounds.room;
    let mut payload = 0;
    let stop = loop {
        let Some(head) = frames[at..].first_chunk::<{ FRAME_HEADER_BYTES + COUNT_BYTES }>() else { break Stop::Cut };
        let [tag, length0, length1, length2, length3, count0, count1] = *head;
        // The length counts itself but not the tag.
        let length = u32::from_be_bytes([length0, length1, length2, length3]) as usize;
        if tag != COPY_DATA || length >= frames.len() - at {
            break Stop::Cut;
        }
        let Some(size) = length.checked_sub(LENGTH_BYTES) else { break Stop::Cut };
        if size > bounds.max_row_bytes || usize::from(u16::from_be_bytes([count0, count1])) != columns {
            break Stop::Odd;
        }
        let cost = size + bounds.row_overhead;
        if cost > room {
            break Stop::NoRoom;
        }
        let start = at + FRAME_HEADER_BYTES;
        column.push_bytes(&frames[start..start + size]);
        at = start + size;
        room -= cost;
        payload += size;
    };
    Found { end: at, payload, stop }
}
