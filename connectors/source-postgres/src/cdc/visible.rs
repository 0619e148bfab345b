//! Which transactions a copy of the table has seen (I24).

use std::fmt;

/// A snapshot as `pg_current_snapshot()` prints it: `xmin:xmax:xip,…`.
///
/// A transaction is seen by a snapshot or not at all, whatever the order of commits in the log is; so this
/// tells exactly which changes a copy holds already. Subtransactions do not occur: the log names
/// transactions by their top-level identifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visible {
    xmin: u64,
    xmax: u64,
    /// Those under way, in order.
    under_way: Vec<u64>,
}

impl Visible {
    pub fn parse(text: &str) -> Option<Visible> {
        let mut parts = text.split(':');
        let (xmin, xmax) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let list = parts.next()?;
        let mut under_way = match list {
            "" => Vec::new(),
            list => list.split(',').map(|xid| xid.parse().ok()).collect::<Option<Vec<u64>>>()?,
        };
        under_way.sort_unstable();
        let fits = parts.next().is_none() && xmin <= xmax && under_way.iter().all(|xid| (xmin..xmax).contains(xid));
        fits.then_some(Visible { xmin, xmax, under_way })
    }

    /// Whether the snapshot sees what the transaction, which has committed, has written.
    pub fn sees(&self, xid: u32) -> bool {
        let xid = self.widened(xid);
        xid < self.xmax && self.under_way.binary_search(&xid).is_err()
    }

    /// Every transaction before this one had ended.
    pub fn xmin(&self) -> u64 {
        self.xmin
    }

    /// No transaction from this one on had begun to write.
    pub fn xmax(&self) -> u64 {
        self.xmax
    }

    /// The log counts transactions in 32 bits, and those it holds are within 2^31 of one another.
    fn widened(&self, xid: u32) -> u64 {
        let distance = xid.wrapping_sub(self.xmax as u32) as i32;
        self.xmax.wrapping_add_signed(distance.into())
    }
}

impl fmt::Display for Visible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list: Vec<String> = self.under_way.iter().map(u64::to_string).collect();
        write!(f, "{}:{}:{}", self.xmin, self.xmax, list.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_sees_what_had_ended() {
        let snapshot = Visible::parse("100:110:105,100").unwrap();
        assert_eq!(snapshot.to_string(), "100:110:100,105");
        for (xid, seen) in [(3, true), (99, true), (100, false), (104, true), (105, false), (109, true), (110, false)] {
            assert_eq!(snapshot.sees(xid), seen, "{xid}");
        }
    }

    #[test]
    fn the_log_counts_transactions_in_32_bits() {
        let epoch = 7u64 << 32;
        let snapshot = Visible::parse(&format!("{}:{}:{}", epoch - 2, epoch + 5, epoch - 1)).unwrap();
        assert!(snapshot.sees(u32::MAX - 1));
        assert!(!snapshot.sees(u32::MAX));
        assert!(snapshot.sees(3));
        assert!(!snapshot.sees(5));
    }

    #[test]
    fn what_is_no_snapshot_is_refused() {
        for text in ["", "1", "1:2", "2:1:", "1:3:3", "1:3:0", "1:3:x", "1:3::", "a:b:"] {
            assert_eq!(Visible::parse(text), None, "{text:?}");
        }
        assert!(Visible::parse("7:7:").is_some());
    }
}
