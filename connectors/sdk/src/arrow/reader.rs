use std::rc::Rc;

use super::flatbuf::Table;
use super::message::{self, header};
use super::parse;
use super::schema::{Layout, Schema};
use super::view::{view_columns, BatchView, Buffers};
use super::{ArrowError, Result};

/// Reads one IPC stream from untrusted bytes, copying nothing.
///
/// Every length and offset is checked before it is used (I30); broken bytes are an error and
/// never a panic. The stream must end with its end marker: a stream cut off between messages is
/// refused as well.
#[derive(Debug)]
pub struct Reader<'a> {
    schema: Rc<Schema>,
    bytes: &'a [u8],
    at: usize,
    done: bool,
}

/// The schema read last. Streams of batches repeat theirs; whoever passes the same cache to each
/// [`Reader::cached`] has it parsed once, and every reader shares it.
#[derive(Debug, Default)]
pub struct SchemaCache {
    /// The bytes in front of the first batch.
    message: Vec<u8>,
    schema: Rc<Schema>,
}

/// Metadata and body of one message.
struct Message<'a> {
    table: Table<'a>,
    body: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads the schema.
    pub fn new(bytes: &'a [u8]) -> Result<Self> {
        let mut reader = Reader { schema: Rc::default(), bytes, at: 0, done: false };
        let message = reader.next_message()?.ok_or_else(|| ArrowError::malformed("a stream without a schema"))?;
        if message.table.u8(1, 0)? != header::SCHEMA {
            return Err(ArrowError::malformed("a stream must start with its schema"));
        }
        let table = message.table.table(2)?.ok_or_else(|| ArrowError::malformed("an empty schema message"))?;
        reader.schema = Rc::new(parse::schema(&table)?);
        Ok(reader)
    }

    /// Reads the schema, or takes the cache's where its bytes are the same.
    pub fn cached(bytes: &'a [u8], cache: &mut SchemaCache) -> Result<Self> {
        if !cache.message.is_empty() && starts_with(bytes, &cache.message) {
            return Ok(Reader { schema: Rc::clone(&cache.schema), bytes, at: cache.message.len(), done: false });
        }
        let reader = Reader::new(bytes)?;
        cache.message.clear();
        cache.message.extend_from_slice(&bytes[..reader.at]);
        cache.schema = Rc::clone(&reader.schema);
        Ok(reader)
    }

    /// The columns of every batch in the stream.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The same, to be kept: readers of one cache give the very same one until it changes.
    pub fn shared_schema(&self) -> Rc<Schema> {
        Rc::clone(&self.schema)
    }

    /// The next record batch, `None` behind the last.
    pub fn next_batch(&mut self) -> Result<Option<BatchView<'a>>> {
        let Some(message) = self.next_message()? else { return Ok(None) };
        match message.table.u8(1, 0)? {
            header::RECORD_BATCH => self.view(&message).map(Some),
            header::DICTIONARY_BATCH => Err(ArrowError::Unsupported("dictionary batches".to_string())),
            other => Err(ArrowError::malformed(format!("message type {other} behind the schema"))),
        }
    }

    fn view(&self, message: &Message<'a>) -> Result<BatchView<'a>> {
        let batch = message.table.table(2)?.ok_or_else(|| ArrowError::malformed("an empty batch message"))?;
        if batch.table(3)?.is_some() {
            return Err(ArrowError::Unsupported("buffers compressed inside of a batch".to_string()));
        }
        // 32-bit offsets cannot tell more rows apart.
        let rows = usize::try_from(batch.i64(0, 0)?)
            .ok()
            .filter(|&rows| rows <= i32::MAX as usize)
            .ok_or_else(|| ArrowError::malformed("a batch with an impossible number of rows"))?;
        let nodes = batch.pairs(1)?;
        let buffers = batch.pairs(2)?;
        let expected: usize = self
            .schema
            .fields
            .iter()
            .map(|field| if field.data_type.layout() == Layout::Variable { 3 } else { 2 })
            .sum();
        if nodes.len() != self.schema.fields.len() || buffers.len() != expected {
            return Err(ArrowError::malformed("a batch whose columns are not those of its schema"));
        }
        let columns = view_columns(&self.schema, nodes, Buffers::new(message.body, buffers), rows)?;
        Ok(BatchView { rows, columns })
    }

    fn next_message(&mut self) -> Result<Option<Message<'a>>> {
        if self.done {
            return Ok(None);
        }
        let prefix = self.take(8)?;
        if prefix[..4] != message::CONTINUATION {
            return Err(ArrowError::malformed("a message without its continuation marker"));
        }
        let size = u32::from_le_bytes([prefix[4], prefix[5], prefix[6], prefix[7]]) as usize;
        if size == 0 {
            self.done = true;
            return Ok(None);
        }
        let metadata = self.take(size)?;
        let table = Table::root(metadata)?;
        let body_bytes = usize::try_from(table.i64(3, 0)?)
            .map_err(|_| ArrowError::malformed("a message with a body of negative length"))?;
        let body = self.take(body_bytes)?;
        Ok(Some(Message { table, body }))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or_else(|| ArrowError::malformed("the stream ends in the middle of a message"))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }
}

/// By words: comparing slices goes by bytes, slowly where the host still interprets.
fn starts_with(bytes: &[u8], start: &[u8]) -> bool {
    let Some(bytes) = bytes.get(..start.len()) else { return false };
    let ((words, rest), (start_words, start_rest)) = (bytes.as_chunks::<8>(), start.as_chunks::<8>());
    let pairs = words.iter().zip(start_words);
    let differences = pairs.fold(0, |bits, (a, b)| bits | (u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b)));
    differences == 0 && rest == start_rest
}
