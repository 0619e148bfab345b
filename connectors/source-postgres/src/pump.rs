//! From the server's COPY to emitted batches: the source's one long loop.

use rapidbyte_pg::{CopyOut, PgError, Transport, COPY_DATA, FRAME_HEADER_BYTES};
use rapidbyte_sdk::arrow::{Batch, Column};
use rapidbyte_sdk::types::{MetricValue, StreamLimits};
use rapidbyte_sdk::{host, ConnectorError, Emitter, Result};

use crate::fault;
use crate::plan::Plan;
use crate::tuple::{self, TupleError, SIGNATURE, TRAILER};

/// The most bytes of a batch where the pipeline allows more. Stages work side by side only if
/// several batches are under way; at this size a hop costs next to nothing.
const TARGET_BATCH_BYTES: u64 = 4 << 20;

/// The most bytes of the first batch, so that the destination begins while the source warms up.
const FIRST_BATCH_BYTES: u64 = 256 << 10;

/// Signature, flags and the extension's length.
const HEADER_BYTES: usize = SIGNATURE.len() + 8;

/// Set in the header's flags where each tuple has an object identifier, as before version 12.
const OID_FLAG: u32 = 1 << 16;

/// Reads a COPY to its end and emits its rows; at least one batch, which then has only the schema
/// (I2). Ends well only if the server ended well and counted as many rows (I1).
pub fn pump<T: Transport>(
    mut copy: CopyOut<'_, T>,
    plan: &Plan,
    limits: &StreamLimits,
    out: &mut Emitter,
) -> Result<()> {
    let mut pump = Pump::new(plan, limits, out);
    pump.run(&mut copy)?;
    if !pump.ended {
        return Err(copy.protocol_error("COPY ended without its trailer").into());
    }
    if copy.rows() != pump.rows {
        let message = format!("COPY counted {} rows and {} arrived", copy.rows(), pump.rows);
        return Err(copy.protocol_error(&message).into());
    }
    pump.finish()
}

struct Pump<'p> {
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
}

impl<'p> Pump<'p> {
    fn new(plan: &'p Plan, limits: &StreamLimits, out: &'p mut Emitter) -> Pump<'p> {
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
        }
    }

    /// PostgreSQL sends one tuple in one message, which is decoded where it lies in the receive
    /// buffer. The header, the trailer and whatever a proxy may have cut otherwise go another way.
    fn run<T: Transport>(&mut self, copy: &mut CopyOut<'_, T>) -> Result<()> {
        let plan = self.plan;
        let decoders = plan.decoders.as_slice();
        let mut whole_tuples = false;
        while let Some(frames) = copy.frames().map_err(|error| self.lost(error))? {
            let mut rest = frames;
            while let Some((head, _)) = rest.split_first_chunk::<FRAME_HEADER_BYTES>() {
                let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
                if head[0] != COPY_DATA || length >= rest.len() {
                    break;
                }
                let (message, tail) = rest.split_at(length + 1);
                let Some(payload) = message.get(FRAME_HEADER_BYTES..) else { break };
                rest = tail;
                if !whole_tuples || payload.len() > self.max_row_bytes {
                    whole_tuples = self.take_oddly(payload)?;
                    continue;
                }
                if !self.batch.has_room(payload.len()) {
                    self.emit()?;
                }
                match tuple::decode(decoders, self.batch.columns_mut(), payload) {
                    Ok([]) => {
                        self.batch.end_row();
                        self.rows += 1;
                    }
                    Ok(_) => {
                        self.batch.rollback_row();
                        whole_tuples = self.take_oddly(payload)?;
                    }
                    Err(error) => {
                        self.batch.rollback_row();
                        whole_tuples = self.take_oddly_after(error, payload)?;
                    }
                }
            }
            let taken = frames.len() - rest.len();
            copy.consume(taken);
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn take_oddly_after(&mut self, error: TupleError, payload: &[u8]) -> Result<bool> {
        match error {
            TupleError::Field { .. } => Err(self.refuse(error, payload)),
            TupleError::Short | TupleError::FieldCount(_) => self.take_oddly(payload),
        }
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
        if !self.batch.has_room(bytes.len()) {
            self.emit()?;
        }
        match decode_cold(self.plan, self.batch.columns_mut(), bytes) {
            Ok(tail) => {
                let size = bytes.len() - tail.len();
                if size > self.max_row_bytes {
                    return Err(self.too_large(size as u64));
                }
                self.batch.end_row();
                self.rows += 1;
                Ok(Some(tail))
            }
            Err(TupleError::Short) => {
                self.batch.rollback_row();
                Ok(None)
            }
            Err(error) => Err(self.refuse(error, bytes)),
        }
    }

    /// Sends the rows gathered so far.
    #[cold]
    #[inline(never)]
    fn emit(&mut self) -> Result<()> {
        let rows = self.batch.rows() as u64;
        self.batch.write_ipc(&mut self.ipc)?;
        self.out.batch(&self.ipc, rows)?;
        host::metric("records_read", MetricValue::Counter(rows));
        host::metric("bytes_read", MetricValue::Counter(self.ipc.len() as u64));
        self.batch.set_max_bytes(self.batch_bytes);
        self.batch.clear();
        self.emitted = true;
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        if self.batch.is_empty() && self.emitted {
            return Ok(());
        }
        self.emit()
    }

    fn refuse(&self, error: TupleError, bytes: &[u8]) -> ConnectorError {
        fault::of_tuple(error, self.plan, self.rows + 1, bytes)
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

/// The same decoding outside the hot loop, where its size does not matter.
#[inline(never)]
fn decode_cold<'b>(plan: &Plan, columns: &mut [Column], bytes: &'b [u8]) -> Result<&'b [u8], TupleError> {
    tuple::decode(&plan.decoders, columns, bytes)
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
