//! From the server's COPY to emitted batches: the source's one long loop.

use rapidbyte_pg::{tuples, CopyOut, PgError, Transport, COPY_DATA, FRAME_HEADER_BYTES};
use rapidbyte_sdk::arrow::Batch;
use rapidbyte_sdk::types::{MetricValue, StreamLimits};
use rapidbyte_sdk::{host, ConnectorError, Emitter, Result};

use crate::columns::{self, BadField};
use crate::fault;
use crate::pace::Pace;
use crate::passing::Passing;
use crate::plan::Plan;
use crate::track::Track;
use crate::tuple::{Bounds, Stop, TupleError, TupleIndex, SIGNATURE, TRAILER};

/// The most bytes of a batch where the pipeline allows more. Stages work side by side only if
/// several batches are under way; at this size a hop costs next to nothing.
const TARGET_BATCH_BYTES: u64 = 4 << 20;

/// The most bytes of the first batch, so that the destination begins while the source warms up.
const FIRST_BATCH_BYTES: u64 = 256 << 10;

/// Signature, flags and the extension's length.
const HEADER_BYTES: usize = SIGNATURE.len() + 8;

/// Bytes of a message's length, which it counts too.
const LENGTH_BYTES: usize = 4;

/// Set in the header's flags where each tuple has an object identifier, as before version 12.
const OID_FLAG: u32 = 1 << 16;

/// Reads the COPYs of one stream and emits their rows.
pub struct Pump<'p> {
    plan: &'p Plan,
    out: &'p mut Emitter,
    batch: Batch,
    ipc: Vec<u8>,
    /// For all batches but the first.
    batch_bytes: u64,
    max_row_bytes: usize,
    rows: u64,
    emitted: bool,
    /// What is left of messages that did not end with a tuple.
    carry: Vec<u8>,
    header_seen: bool,
    ended: bool,
    index: TupleIndex,
    /// Present where the destination takes the server's tuples.
    passing: Option<Passing>,
    track: Option<Track>,
    pace: Pace,
}

impl<'p> Pump<'p> {
    pub fn new(plan: &'p Plan, limits: &StreamLimits, track: Option<Track>, out: &'p mut Emitter) -> Pump<'p> {
        let batch_bytes = limits.max_batch_bytes.min(TARGET_BATCH_BYTES);
        Pump {
            plan,
            out,
            batch: Batch::new(plan.schema.clone(), batch_bytes.min(FIRST_BATCH_BYTES)),
            ipc: Vec::new(),
            batch_bytes,
            max_row_bytes: usize::try_from(limits.max_record_bytes).unwrap_or(usize::MAX),
            rows: 0,
            emitted: false,
            carry: Vec::new(),
            header_seen: false,
            ended: false,
            index: TupleIndex::new(plan.decoders.len()),
            passing: None,
            track,
            pace: Pace::new(limits),
        }
    }

    /// Where the plan offers tuples, lets the destination choose, to which all it needs to know is sent: so all rows go the same
    /// way, and a value that only one of them has a form for is a fault always or never.
    pub fn agree(&mut self) -> Result<()> {
        if tuples::is_offered(&self.plan.schema) {
            self.emit()?;
            if host::is_form_accepted(tuples::FORM)? {
                self.passing = Some(Passing::new(self.plan.decoders.len(), self.batch_bytes));
            }
        }
        Ok(())
    }

    /// Takes one COPY to its end, which is only well if the server ended well and counted as many rows
    /// (I1).
    pub fn take_all<T: Transport>(&mut self, mut copy: CopyOut<'_, T>) -> Result<()> {
        let before = self.rows;
        self.header_seen = false;
        self.ended = false;
        self.run(&mut copy)?;
        if !self.ended {
            return Err(copy.protocol_error("COPY ended without its trailer").into());
        }
        let arrived = self.rows - before;
        if copy.rows() != arrived {
            let message = format!("COPY counted {} rows and {arrived} arrived", copy.rows());
            return Err(copy.protocol_error(&message).into());
        }
        self.end_part()
    }

    /// No batch holds rows of two COPYs, which need not be in one order.
    fn end_part(&mut self) -> Result<()> {
        self.emit_passing()?;
        if !self.batch.is_empty() {
            self.emit()?;
        }
        self.track.iter_mut().for_each(Track::end_part);
        Ok(())
    }

    /// Ends the read: at least one batch was emitted, if only with the schema (I2), and the last
    /// barrier, which the host places, carries the place that was reached.
    pub fn finish(mut self) -> Result<()> {
        if !self.emitted {
            self.emit()?;
        }
        if let Some(place) = self.track.as_mut().map(Track::end).transpose()?.flatten() {
            self.out.end_at(place);
        }
        Ok(())
    }

    /// PostgreSQL sends one tuple in one message. Such messages are taken by the hundred, column by
    /// column, from where they lie in the receive buffer. The header, the trailer and whatever a proxy
    /// may have cut otherwise go another way.
    fn run<T: Transport>(&mut self, copy: &mut CopyOut<'_, T>) -> Result<()> {
        let mut whole_tuples = false;
        while let Some(frames) = copy.frames().map_err(|error| self.lost(error))? {
            let mut at = 0;
            loop {
                if whole_tuples {
                    let (end, stop) = match self.passing {
                        Some(_) => self.pass_tuples(frames, at)?,
                        None => self.take_tuples(frames, at)?,
                    };
                    at = end;
                    match stop {
                        Stop::Cut => break,
                        Stop::Full => continue,
                        Stop::NoRoom if self.make_room(frames, at)? => continue,
                        Stop::NoRoom | Stop::Odd => {}
                    }
                }
                let Some(payload) = next_payload(frames, at) else { break };
                whole_tuples = self.take_oddly(payload)? && !self.track.as_ref().is_some_and(Track::at_boundary);
                at += FRAME_HEADER_BYTES + payload.len();
            }
            copy.consume(at);
        }
        Ok(())
    }

    /// Takes tuples from `at` on; gives where it stopped, and why.
    fn take_tuples(&mut self, frames: &[u8], at: usize) -> Result<(usize, Stop)> {
        let bounds = Bounds {
            room: self.batch.room(),
            row_overhead: self.batch.row_overhead(),
            max_row_bytes: self.max_row_bytes,
        };
        let found = self.index.scan(frames, at, &bounds);
        self.append(frames)?;
        self.batch.end_rows(self.index.rows(), found.payload);
        self.rows += self.index.rows() as u64;
        Ok((found.end, found.stop))
    }

    /// As [`take_tuples`](Pump::take_tuples), for a destination that takes them as they are.
    fn pass_tuples(&mut self, frames: &[u8], at: usize) -> Result<(usize, Stop)> {
        // Where messages are cut otherwise, that shows in the first of many at the latest.
        if let Some(tuple) = next_payload(frames, at) {
            if self.index.note_one(tuple, 0) != Ok(tuple.len()) {
                return Ok((at, Stop::Odd));
            }
        }
        let Some(passing) = &mut self.passing else { return Ok((at, Stop::Odd)) };
        let (rows, found) = passing.take(frames, at, self.max_row_bytes);
        self.rows += rows as u64;
        Ok((found.end, found.stop))
    }

    /// A tuple that came oddly: with the header, or larger than a batch.
    fn pass_one(&mut self, tuple: &[u8]) -> Result<()> {
        if self.passing.as_mut().is_some_and(|passing| !passing.batch.has_room(tuple.len())) {
            self.emit_passing()?;
        }
        if let Some(passing) = &mut self.passing {
            passing.batch.columns_mut()[0].push_bytes(tuple);
            passing.batch.end_row();
            self.rows += 1;
        }
        Ok(())
    }

    /// Makes room for the tuple at `at`. False if an empty batch has too little: it then travels alone.
    fn make_room(&mut self, frames: &[u8], at: usize) -> Result<bool> {
        if self.emit_passing()? {
            return Ok(true);
        }
        if self.batch.is_empty() {
            return Ok(false);
        }
        let cost = next_payload(frames, at).map_or(0, <[u8]>::len) + self.batch.row_overhead();
        if self.batch.recount_room() < cost {
            self.emit()?;
        }
        Ok(true)
    }

    /// Appends the tuples of the index to the batch, without ending their rows.
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        columns::append(&self.index, bytes, &self.plan.decoders, self.batch.columns_mut())
            .map_err(|bad| self.refuse(bad, bytes))
    }

    /// Takes a message that is not just one tuple. True if the next one may be.
    #[cold]
    #[inline(never)]
    fn take_oddly(&mut self, payload: &[u8]) -> Result<bool> {
        if self.ended && !payload.is_empty() {
            return Err(malformed("data follow COPY's trailer"));
        }
        let mut bytes = std::mem::take(&mut self.carry);
        bytes.extend_from_slice(payload);
        let mut rest = bytes.as_slice();
        if !self.header_seen {
            match after_header(rest)? {
                Some(tail) => rest = tail,
                None => {
                    self.carry = bytes;
                    return Ok(false);
                }
            }
            self.header_seen = true;
        }
        while let Some(tail) = self.take_tuple(rest)? {
            rest = tail;
        }
        if rest.len() > self.max_row_bytes {
            return Err(self.too_large(rest.len() as u64));
        }
        let taken = bytes.len() - rest.len();
        bytes.drain(..taken);
        let clean = bytes.is_empty();
        self.carry = bytes;
        Ok(clean && !self.ended)
    }

    /// Takes one tuple or the trailer; gives what follows, or none if more bytes are needed.
    fn take_tuple<'b>(&mut self, bytes: &'b [u8]) -> Result<Option<&'b [u8]>> {
        let Some((count, tail)) = bytes.split_first_chunk::<2>() else { return Ok(None) };
        if self.ended {
            return Err(malformed("data follow COPY's trailer"));
        }
        if i16::from_be_bytes(*count) == TRAILER {
            self.ended = true;
            return Ok(Some(tail));
        }
        let end = match self.index.note_one(bytes, 0) {
            Ok(end) => end,
            Err(TupleError::Short) => return Ok(None),
            Err(TupleError::FieldCount(_)) if self.passing.is_some() => {
                return Err(malformed("a message is not just one tuple; if a proxy cuts them otherwise, set pass_through to off"));
            }
            Err(TupleError::FieldCount(count)) => {
                return Err(fault::of_field_count(count, self.plan, self.rows + 1));
            }
        };
        if end > self.max_row_bytes {
            return Err(self.too_large(end as u64));
        }
        if self.passing.is_some() {
            self.pass_one(&bytes[..end])?;
            return Ok(Some(&bytes[end..]));
        }
        if !self.batch.has_room(end) {
            self.emit()?;
        }
        self.append(bytes)?;
        self.rows += 1;
        match self.track.as_mut().is_some_and(|track| track.was_delivered(&self.batch)) {
            true => self.batch.rollback_row(),
            false => self.batch.end_row(),
        }
        Ok(Some(&bytes[end..]))
    }

    /// Sends the rows gathered so far.
    #[cold]
    #[inline(never)]
    fn emit(&mut self) -> Result<()> {
        self.batch.write_ipc(&mut self.ipc)?;
        self.send(self.batch.rows() as u64)?;
        self.batch.set_max_bytes(self.batch_bytes);
        self.batch.clear();
        self.emitted = true;
        Ok(())
    }

    /// Sends the tuples gathered so far; tells whether there were any.
    #[cold]
    #[inline(never)]
    fn emit_passing(&mut self) -> Result<bool> {
        let Some(passing) = self.passing.as_mut().filter(|passing| !passing.batch.is_empty()) else { return Ok(false) };
        let rows = passing.batch.rows();
        passing.batch.write_ipc(&mut self.ipc)?;
        if let Some(track) = &self.track {
            // The place that was reached is in the last row.
            let last = passing.batch.columns()[0].value(rows - 1).unwrap_or_default();
            self.index.note_one(last, 0).map_err(|_| malformed("a tuple is cut short"))?;
            let decoders = &self.plan.decoders;
            columns::append_some(&self.index, last, decoders, self.batch.columns_mut(), |column| track.reads(column))
                .map_err(|bad| fault::of_field(bad, self.plan, self.rows, &self.index, last))?;
            self.batch.end_row();
        }
        self.send(rows as u64)?;
        self.batch.clear();
        self.passing.iter_mut().for_each(|passing| passing.batch.clear());
        Ok(true)
    }

    /// Sends what was written, and places a barrier behind it if one is due.
    fn send(&mut self, rows: u64) -> Result<()> {
        self.out.batch(&self.ipc, rows)?;
        host::metric("records_read", MetricValue::Counter(rows));
        host::metric("bytes_read", MetricValue::Counter(self.ipc.len() as u64));
        self.place_barrier(rows)
    }

    /// Places a barrier behind the batch that was just emitted, if one is due and there is a name for
    /// the place.
    fn place_barrier(&mut self, rows: u64) -> Result<()> {
        let Some(track) = &mut self.track else { return Ok(()) };
        track.note(&self.batch)?;
        self.pace.count(self.ipc.len() as u64, rows);
        if self.pace.is_due() {
            if let Some(place) = track.place() {
                self.out.barrier(&place)?;
                self.pace.restart();
            }
        }
        Ok(())
    }

    fn refuse(&self, bad: BadField, bytes: &[u8]) -> ConnectorError {
        fault::of_field(bad, self.plan, self.rows + 1 + bad.row as u64, &self.index, bytes)
    }

    fn too_large(&self, bytes: u64) -> ConnectorError {
        fault::too_large(self.plan, self.rows + 1, bytes, self.max_row_bytes as u64)
    }

    /// The client refuses a large row before it is received.
    #[cold]
    #[inline(never)]
    fn lost(&self, error: PgError) -> ConnectorError {
        match error {
            PgError::RowTooLarge { bytes, .. } => self.too_large(bytes),
            other => other.into(),
        }
    }
}

/// The payload of the CopyData message at `at`; none where there is no whole one.
pub(crate) fn next_payload(frames: &[u8], at: usize) -> Option<&[u8]> {
    let rest = frames.get(at..)?;
    let (head, tail) = rest.split_first_chunk::<FRAME_HEADER_BYTES>()?;
    let [tag, length @ ..] = head;
    let size = (u32::from_be_bytes(*length) as usize).checked_sub(LENGTH_BYTES)?;
    if *tag != COPY_DATA {
        None
    } else {
        tail.get(..size)
    }
}

/// What follows the header; none if it has not all arrived.
fn after_header(bytes: &[u8]) -> Result<Option<&[u8]>> {
    let known = bytes.len().min(SIGNATURE.len());
    if bytes[..known] != SIGNATURE[..known] {
        return Err(malformed("COPY does not begin with its signature"));
    }
    let Some((header, tail)) = bytes.split_first_chunk::<HEADER_BYTES>() else { return Ok(None) };
    let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if word(SIGNATURE.len()) & OID_FLAG != 0 {
        return Err(malformed("COPY sends object identifiers, which were not asked for"));
    }
    // The format defines no extension; a reader is to pass over it.
    Ok(tail.get(word(SIGNATURE.len() + 4) as usize..))
}

fn malformed(message: &str) -> ConnectorError {
    ConnectorError::internal("pg.protocol", format!("the server broke COPY's binary format: {message}"))
}

#[cfg(test)]
#[path = "pump_tests.rs"]
mod tests;
