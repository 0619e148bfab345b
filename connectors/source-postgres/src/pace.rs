use std::time::{Duration, Instant};

use rapidbyte_sdk::types::StreamLimits;

/// Tells when a barrier is due: after so many bytes, rows or seconds since the last one, whichever comes
/// first.
pub struct Pace {
    /// 0: not by this measure.
    max_bytes: u64,
    max_rows: u64,
    max_age: Duration,
    bytes: u64,
    rows: u64,
    /// Of the last barrier; none where the clock is not looked at.
    since: Option<Instant>,
}

impl Pace {
    pub fn new(limits: &StreamLimits) -> Pace {
        let max_age = Duration::from_secs(limits.checkpoint_interval_seconds);
        Pace {
            max_bytes: limits.checkpoint_interval_bytes,
            max_rows: limits.checkpoint_interval_rows,
            max_age,
            bytes: 0,
            rows: 0,
            since: (!max_age.is_zero()).then(Instant::now),
        }
    }

    /// The same, and one is due after `age` at the latest.
    pub fn at_least_every(limits: &StreamLimits, age: Duration) -> Pace {
        let pace = Pace::new(limits);
        let max_age = if pace.since.is_some() { pace.max_age.min(age) } else { age };
        Pace { max_age, since: Some(Instant::now()), ..pace }
    }

    /// Counts a batch.
    pub fn count(&mut self, bytes: u64, rows: u64) {
        self.bytes += bytes;
        self.rows += rows;
    }

    pub fn is_due(&self) -> bool {
        self.is_due_with(0, 0)
    }

    /// Whether one is due once so many more have been counted.
    pub fn is_due_with(&self, bytes: u64, rows: u64) -> bool {
        (self.max_bytes > 0 && self.bytes + bytes >= self.max_bytes)
            || (self.max_rows > 0 && self.rows + rows >= self.max_rows)
            || self.since.is_some_and(|since| since.elapsed() >= self.max_age)
    }

    /// Begins anew behind a barrier.
    pub fn restart(&mut self) {
        self.bytes = 0;
        self.rows = 0;
        self.since = self.since.map(|_| Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapidbyte_sdk::StreamContext;

    fn pace(bytes: u64, rows: u64, seconds: u64) -> Pace {
        let mut limits = StreamContext::for_tests("t").limits;
        limits.checkpoint_interval_bytes = bytes;
        limits.checkpoint_interval_rows = rows;
        limits.checkpoint_interval_seconds = seconds;
        Pace::new(&limits)
    }

    #[test]
    fn a_barrier_is_due_by_bytes_or_rows_and_by_neither_at_zero() {
        for (mut pace, due) in
            [(pace(100, 0, 0), [false, true]), (pace(0, 10, 0), [false, true]), (pace(0, 0, 0), [false, false])]
        {
            for due in due {
                pace.count(60, 6);
                assert_eq!(pace.is_due(), due);
            }
            pace.restart();
            assert!(!pace.is_due());
        }
    }

    #[test]
    fn a_barrier_is_due_by_time() {
        let mut pace = pace(0, 0, 1);
        assert!(!pace.is_due());
        pace.since = Instant::now().checked_sub(Duration::from_secs(1));
        assert!(pace.is_due());
        pace.restart();
        assert!(!pace.is_due());
    }
}
