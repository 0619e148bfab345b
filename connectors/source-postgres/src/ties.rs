//! Rows with equal cursors where no unique column tells them apart (I12): they are known by the hash of
//! all that is read of them.

use std::collections::BTreeMap;

use rapidbyte_sdk::arrow::{Batch, Column};

/// The most rows of one cursor value that are remembered: their hashes then take a third of the
/// megabyte that a barrier's payload may have.
pub const MAX_TIES: usize = 20_000;

/// Hexadecimal digits of a hash.
const HASH_DIGITS: usize = 16;

/// Where rows have their cursor.
#[derive(Clone, Copy, Debug)]
pub struct CursorPlace {
    pub index: usize,
    /// A number as text may end with zeros that make no difference.
    pub is_number_text: bool,
}

impl CursorPlace {
    /// The bytes of one row's cursor: the same for equal cursors.
    fn value(self, columns: &[Column], row: usize) -> &[u8] {
        let value = columns[self.index].value(row).unwrap_or_default();
        if !self.is_number_text || !value.contains(&b'.') {
            return value;
        }
        let zeros = value.iter().rev().take_while(|digit| **digit == b'0').count();
        let value = &value[..value.len() - zeros];
        value.strip_suffix(b".").unwrap_or(value)
    }
}

/// The rows read so far that have the last cursor value.
#[derive(Debug)]
pub struct TieGroup {
    cursor: CursorPlace,
    /// See [`CursorPlace::value`].
    value: Vec<u8>,
    hashes: Vec<u64>,
}

impl TieGroup {
    pub fn new(cursor: CursorPlace) -> TieGroup {
        TieGroup { cursor, value: Vec::new(), hashes: Vec::new() }
    }

    /// Takes note of a batch, whose cursors never fall.
    pub fn note(&mut self, batch: &Batch) {
        let columns = batch.columns();
        let Some(last) = batch.rows().checked_sub(1) else { return };
        let value = self.cursor.value(columns, last).to_vec();
        let mut first = batch.rows();
        let mut hashes = Vec::new();
        while first > 0 && hashes.len() <= MAX_TIES && self.cursor.value(columns, first - 1) == value {
            first -= 1;
            hashes.push(hash(columns, first));
        }
        if first > 0 || self.value != value {
            self.hashes.clear();
        }
        self.value = value;
        self.add_all(hashes);
    }

    /// Takes note of one row that was delivered by an earlier run.
    pub fn add(&mut self, columns: &[Column], row: usize) {
        let value = self.cursor.value(columns, row);
        if self.value != value {
            self.value = value.to_vec();
            self.hashes.clear();
        }
        self.add_all(vec![hash(columns, row)]);
    }

    fn add_all(&mut self, hashes: Vec<u64>) {
        let room = (MAX_TIES + 1).saturating_sub(self.hashes.len());
        self.hashes.extend(hashes.into_iter().take(room));
    }

    /// Whether they are too many to be remembered.
    pub fn is_overfull(&self) -> bool {
        self.hashes.len() > MAX_TIES
    }

    /// The hashes of all of them; none if they are too many.
    pub fn hashes(&self) -> Option<String> {
        if self.is_overfull() {
            return None;
        }
        Some(self.hashes.iter().map(|hash| format!("{hash:0HASH_DIGITS$x}")).collect())
    }
}

/// The rows that an earlier run has delivered, among those that come first now.
#[derive(Debug)]
pub struct Boundary {
    /// What was hashed, by index.
    columns: Vec<usize>,
    cursor: CursorPlace,
    /// The cursor value of the first row that came.
    value: Option<Vec<u8>>,
    /// How many rows of each hash have not come yet.
    awaited: BTreeMap<u64, u32>,
}

impl Boundary {
    /// No row is known to have been delivered.
    pub fn none(cursor: CursorPlace) -> Boundary {
        Boundary { columns: Vec::new(), cursor, value: None, awaited: BTreeMap::new() }
    }

    /// Reads the hashes that [`TieGroup::hashes`] wrote; none if they are no such thing.
    pub fn read(hashes: &str, columns: Vec<usize>, cursor: CursorPlace) -> Option<Boundary> {
        let mut awaited = BTreeMap::new();
        for digits in hashes.as_bytes().chunks(HASH_DIGITS) {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == HASH_DIGITS)?;
            *awaited.entry(u64::from_str_radix(digits, 16).ok()?).or_insert(0) += 1;
        }
        Some(Boundary { columns, cursor, value: None, awaited })
    }

    /// Whether a row may still come that was delivered.
    pub fn is_open(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// Whether the row was delivered. Asked of one row after the other.
    pub fn was_delivered(&mut self, columns: &[Column], row: usize) -> bool {
        let value = self.cursor.value(columns, row);
        if self.value.get_or_insert_with(|| value.to_vec()) != value {
            // All of the boundary's rows have come; what is missing was deleted or changed.
            self.awaited.clear();
            return false;
        }
        let hash = hash_of(self.columns.iter().map(|index| &columns[*index]), row);
        match self.awaited.get_mut(&hash) {
            Some(1) => self.awaited.remove(&hash).is_some(),
            Some(count) => {
                *count -= 1;
                true
            }
            None => false,
        }
    }
}

fn hash(columns: &[Column], row: usize) -> u64 {
    hash_of(columns.iter(), row)
}

/// FNV-1a over the values with their lengths, its bits mixed once more at the end.
fn hash_of<'a>(columns: impl Iterator<Item = &'a Column>, row: usize) -> u64 {
    const NULL: u32 = u32::MAX;
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    let mut feed = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    };
    for column in columns {
        match column.value(row) {
            Some(value) => {
                feed(&(value.len() as u32).to_le_bytes());
                feed(value);
            }
            None => feed(&NULL.to_le_bytes()),
        }
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapidbyte_sdk::arrow::{DataType, Field, Schema};

    const CURSOR: CursorPlace = CursorPlace { index: 0, is_number_text: false };

    fn batch(rows: &[(i32, Option<&str>)]) -> Batch {
        let fields = vec![Field::new("c", DataType::Int32, false), Field::new("t", DataType::Utf8, true)];
        let mut batch = Batch::new(Schema::new(fields), 1 << 30);
        for (cursor, text) in rows {
            batch.columns_mut()[0].push_i32(*cursor);
            match text {
                Some(text) => batch.columns_mut()[1].push_bytes(text.as_bytes()),
                None => batch.columns_mut()[1].push_null(),
            }
            batch.end_row();
        }
        batch
    }

    fn group(batches: &[Batch]) -> String {
        let mut group = TieGroup::new(CURSOR);
        batches.iter().for_each(|batch| group.note(batch));
        group.hashes().expect("few enough")
    }

    #[test]
    fn a_group_is_what_has_the_last_cursor_however_batches_are_cut() {
        let rows = [(1, Some("a")), (2, Some("a")), (2, None), (2, Some("")), (2, Some("a"))];
        let sorted = |hashes: String| {
            let mut hashes: Vec<String> =
                hashes.as_bytes().chunks(16).map(|hash| String::from_utf8_lossy(hash).into_owned()).collect();
            hashes.sort();
            hashes
        };
        let whole = sorted(group(&[batch(&rows)]));
        assert_eq!(whole.len(), 4);
        assert_eq!(whole.iter().collect::<std::collections::BTreeSet<_>>().len(), 3, "NULL is not the empty text");
        for cut in 1..rows.len() {
            let (head, tail) = rows.split_at(cut);
            assert_eq!(sorted(group(&[batch(head), batch(tail)])), whole, "cut at {cut}");
        }
        assert_eq!(group(&[batch(&rows), batch(&[(3, None)])]).len(), 16);
    }

    #[test]
    fn a_boundary_leaves_out_as_many_equal_rows_as_were_delivered() {
        let hashes = group(&[batch(&[(7, Some("a")), (7, Some("a")), (7, Some("b"))])]);
        let now = batch(&[(7, Some("a")), (7, Some("c")), (7, Some("a")), (7, Some("a")), (8, Some("b"))]);
        let mut boundary = Boundary::read(&hashes, vec![0, 1], CURSOR).expect("hashes");
        let delivered: Vec<bool> = (0..5).map(|row| boundary.was_delivered(now.columns(), row)).collect();
        assert_eq!(delivered, [true, false, true, false, false]);
        assert!(!boundary.is_open(), "the row that is gone is not waited for behind its cursor");
        assert!(Boundary::read("0123", vec![0], CURSOR).is_none());
        assert!(Boundary::read("0123456789abcdeg", vec![0], CURSOR).is_none());
    }

    #[test]
    fn a_group_that_is_too_large_is_not_named() {
        let rows: Vec<(i32, Option<&str>)> = (0..MAX_TIES + 1).map(|_| (1, Some("x"))).collect();
        let mut group = TieGroup::new(CURSOR);
        group.note(&batch(&rows[..MAX_TIES]));
        assert_eq!(group.hashes().map(|hashes| hashes.len()), Some(16 * MAX_TIES));
        group.note(&batch(&rows[..1]));
        assert_eq!(group.hashes(), None);
        group.note(&batch(&[(2, None)]));
        assert!(group.hashes().is_some());
    }

    #[test]
    fn numbers_are_equal_however_many_zeros_they_end_with() {
        let fields = vec![Field::new("c", DataType::Utf8, false)];
        let mut batch = Batch::new(Schema::new(fields), 1 << 20);
        let place = CursorPlace { index: 0, is_number_text: true };
        for text in ["1", "1.0", "1.00", "10", "10.50", "10.5", "0"] {
            batch.columns_mut()[0].push_bytes(text.as_bytes());
            batch.end_row();
        }
        let values: Vec<&[u8]> = (0..7).map(|row| place.value(batch.columns(), row)).collect();
        assert_eq!(values, [&b"1"[..], b"1", b"1", b"10", b"10.5", b"10.5", b"0"]);
    }
}
