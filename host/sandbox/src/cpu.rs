//! Counts the slices of computing time that a call has used.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The slices of the current call. Shared by the store, whose epoch callback
/// counts, and by the future of the call, which must tell a guest that gave way
/// from one that waits.
#[derive(Debug, Default)]
pub(crate) struct CpuMeter {
    used: AtomicU64,
    budget: AtomicU64,
    yielded: AtomicBool,
}

impl CpuMeter {
    /// A call begins that may use this many slices.
    pub(crate) fn begin(&self, budget: u64) {
        self.used.store(0, Ordering::Relaxed);
        self.budget.store(budget, Ordering::Relaxed);
        self.yielded.store(false, Ordering::Relaxed);
    }

    /// A slice has been used: whether the guest may go on, after giving way.
    pub(crate) fn slice(&self) -> bool {
        let used = self.used.load(Ordering::Relaxed).saturating_add(1);
        self.used.store(used, Ordering::Relaxed);
        if used > self.budget.load(Ordering::Relaxed) {
            return false;
        }
        self.yielded.store(true, Ordering::Relaxed);
        true
    }

    /// Whether the call has used more than it may.
    pub(crate) fn is_over(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.budget.load(Ordering::Relaxed)
    }

    /// Whether the guest gave way since the last time that this was asked.
    pub(crate) fn take_yielded(&self) -> bool {
        self.yielded.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_may_use_its_budget_and_not_one_slice_more() {
        let meter = CpuMeter::default();
        meter.begin(2);
        assert!(meter.slice() && meter.slice());
        assert!(!meter.is_over());
        assert!(!meter.slice());
        assert!(meter.is_over());
        meter.begin(2);
        assert!(!meter.is_over(), "each call has a budget of its own");
    }

    #[test]
    fn giving_way_is_reported_once() {
        let meter = CpuMeter::default();
        meter.begin(1);
        assert!(!meter.take_yielded());
        meter.slice();
        assert!(meter.take_yielded());
        assert!(!meter.take_yielded());
    }
}
