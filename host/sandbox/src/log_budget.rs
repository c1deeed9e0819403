//! How much may be logged on behalf of a guest: a number of bytes a second.

use std::time::Instant;

use stormcell_topology::plain_text::LOG_LINE_COST;

use crate::per_second::PerSecond;

/// What may be logged in the current second.
#[derive(Debug)]
pub(crate) struct LogBudget {
    bytes: PerSecond,
    dropped: Dropped,
}

/// Lines that were not logged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Dropped {
    lines: u64,
    bytes: u64,
}

impl LogBudget {
    pub(crate) fn new(bytes_a_second: u64) -> Self {
        Self {
            bytes: PerSecond::new(bytes_a_second),
            dropped: Dropped::default(),
        }
    }

    /// From now on so many bytes a second. What was used stays used.
    pub(crate) fn set_most(&mut self, bytes_a_second: u64) {
        self.bytes.set_most(bytes_a_second);
    }

    /// Whether no line, however short, may be logged now; then one is counted as dropped
    /// that nobody has made.
    pub(crate) fn refuse_unmade(&mut self, now: Instant) -> bool {
        let spent = self.bytes.is_spent(now);
        if spent {
            self.dropped.lines = self.dropped.lines.saturating_add(1);
        }
        spent
    }

    /// Whether a line with a text of this length may be logged now; if not, it is counted as
    /// dropped.
    pub(crate) fn admit(&mut self, length: usize, now: Instant) -> bool {
        let admitted = self
            .bytes
            .take(length.saturating_add(LOG_LINE_COST) as u64, now);
        if !admitted {
            self.dropped.lines = self.dropped.lines.saturating_add(1);
            self.dropped.bytes = self.dropped.bytes.saturating_add(length as u64);
        }
        admitted
    }

    /// Nothing more is logged in this second.
    pub(crate) fn spend(&mut self) {
        self.bytes.spend();
    }

    /// What to say about lines dropped since this was last asked.
    pub(crate) fn take_notice(&mut self) -> Option<String> {
        let Dropped { lines, bytes } = std::mem::take(&mut self.dropped);
        (lines > 0).then(|| {
            format!(
                "{lines} log lines ({bytes} bytes) of this task were dropped: over its {} bytes \
                 a second (limits.log-bytes)",
                self.bytes.most()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_second_has_its_budget_and_what_is_dropped_is_said_once() {
        let start = Instant::now();
        let mut budget = LogBudget::new(100 + LOG_LINE_COST as u64);
        assert!(budget.admit(100, start));
        assert!(!budget.admit(60, start));
        assert!(!budget.admit(1, start + Duration::from_millis(999)));
        assert!(budget.admit(100, start + Duration::from_secs(1)));
        let notice = budget.take_notice().unwrap();
        assert!(notice.starts_with("2 log lines (61 bytes)"), "{notice}");
        assert_eq!(budget.take_notice(), None);
    }

    #[test]
    fn no_budget_is_no_lines() {
        let mut budget = LogBudget::new(0);
        assert!(!budget.admit(1, Instant::now()));
        assert!(!budget.admit(0, Instant::now()));
    }

    /// They cost nothing: a component could log as many as it liked.
    #[test]
    fn lines_without_a_byte_are_counted() {
        let now = Instant::now();
        let mut budget = LogBudget::new(1_000);
        let admitted = (0..10_000).filter(|_| budget.admit(0, now)).count();
        assert_eq!(admitted, 1_000 / LOG_LINE_COST);
    }

    #[test]
    fn what_is_not_made_is_counted_as_a_line() {
        let start = Instant::now();
        let mut budget = LogBudget::new(10 + LOG_LINE_COST as u64);
        assert!(!budget.refuse_unmade(start));
        assert!(budget.admit(9, start));
        budget.spend();
        assert!(budget.refuse_unmade(start));
        let notice = budget.take_notice().unwrap();
        assert!(notice.starts_with("1 log lines (0 bytes)"), "{notice}");
    }
}
