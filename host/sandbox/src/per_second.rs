//! A number of something a second.

use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(1);

/// What is left of something in the current second. The second begins with the first
/// use; the next one with the first use after it.
#[derive(Debug)]
pub(crate) struct PerSecond {
    most: u64,
    window: Option<Instant>,
    used: u64,
}

impl PerSecond {
    /// So much a second.
    pub(crate) fn new(most: u64) -> Self {
        Self {
            most,
            window: None,
            used: 0,
        }
    }

    /// So much a second.
    pub(crate) fn most(&self) -> u64 {
        self.most
    }

    /// From now on so much a second. What was used stays used.
    pub(crate) fn set_most(&mut self, most: u64) {
        self.most = most;
    }

    /// Whether there is nothing left.
    pub(crate) fn is_spent(&self, now: Instant) -> bool {
        let over = self.window.is_none_or(|start| is_over(start, now));
        self.most == 0 || !over && self.used >= self.most
    }

    /// Uses what is left.
    pub(crate) fn spend(&mut self) {
        self.used = self.most;
    }

    /// Uses so much, if there is so much left. Otherwise nothing is used.
    pub(crate) fn take(&mut self, amount: u64, now: Instant) -> bool {
        if self.window.is_none_or(|start| is_over(start, now)) {
            self.window = Some(now);
            self.used = 0;
        }
        match self.used.checked_add(amount) {
            Some(used) if used <= self.most => {
                self.used = used;
                true
            }
            _ => false,
        }
    }
}

fn is_over(start: Instant, now: Instant) -> bool {
    now.saturating_duration_since(start) >= WINDOW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_own() {
        let start = Instant::now();
        let mut budget = PerSecond::new(100);
        assert!(budget.take(60, start));
        assert!(!budget.take(60, start));
        assert!(budget.take(40, start + Duration::from_millis(999)));
        assert!(!budget.take(1, start + Duration::from_millis(999)));
        assert!(budget.take(100, start + Duration::from_secs(1)));
    }

    #[test]
    fn more_than_there_can_be_is_never_there() {
        let mut budget = PerSecond::new(u64::MAX);
        assert!(budget.take(1, Instant::now()));
        assert!(!budget.take(u64::MAX, Instant::now()));
        assert!(!PerSecond::new(0).take(1, Instant::now()));
        assert!(PerSecond::new(0).is_spent(Instant::now()));
        assert!(!PerSecond::new(1).is_spent(Instant::now()));
    }
}
