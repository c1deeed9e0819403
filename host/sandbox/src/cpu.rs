//! Counts the computing time that a call has used.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::ticker::TICK;

/// The most that one stretch of computing counts. A guest that computes is stopped after
/// a tick. If it is stopped later, the kernel let other processes have the core, or the
/// thread that ticks; no guest is to be ended because a machine is busy.
const STRETCH: u64 = TICK.as_nanos() as u64;

/// The computing time of the current call. Shared by the store, whose epoch callback
/// counts, and by the future of the call, which must tell a guest that gave way from one
/// that waits. Moments are nanoseconds since any one moment.
#[derive(Debug, Default)]
pub(crate) struct CpuMeter {
    used: AtomicU64,
    budget: AtomicU64,
    /// When it went on computing.
    resumed: AtomicU64,
    yielded: AtomicBool,
}

impl CpuMeter {
    /// A call begins that may use this much.
    pub(crate) fn begin(&self, budget: Duration) {
        let budget = u64::try_from(budget.as_nanos()).unwrap_or(u64::MAX);
        self.used.store(0, Ordering::Relaxed);
        self.budget.store(budget, Ordering::Relaxed);
        self.yielded.store(false, Ordering::Relaxed);
    }

    /// It computes from now on.
    pub(crate) fn resume(&self, now: u64) {
        self.resumed.store(now, Ordering::Relaxed);
    }

    /// It has computed until now, and may go on.
    pub(crate) fn pause(&self, now: u64) {
        let stretch = now.saturating_sub(self.resumed.load(Ordering::Relaxed));
        let used = self.used.load(Ordering::Relaxed);
        let used = used.saturating_add(stretch.min(STRETCH));
        self.used.store(used, Ordering::Relaxed);
        self.resumed.store(now, Ordering::Relaxed);
    }

    /// It is stopped now: whether it may go on, after giving way.
    pub(crate) fn slice(&self, now: u64) -> bool {
        self.pause(now);
        let may = !self.is_over();
        if may {
            self.yielded.store(true, Ordering::Relaxed);
        }
        may
    }

    /// What the call has used.
    pub(crate) fn used(&self) -> Duration {
        Duration::from_nanos(self.used.load(Ordering::Relaxed))
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

    const MILLI: u64 = 1_000_000;

    #[test]
    fn a_call_may_use_its_budget_and_not_more() {
        let meter = CpuMeter::default();
        meter.begin(Duration::from_millis(4));
        meter.resume(7 * MILLI);
        assert!(meter.slice(9 * MILLI));
        meter.resume(20 * MILLI);
        meter.pause(21 * MILLI);
        assert!(!meter.is_over());
        meter.resume(30 * MILLI);
        assert!(meter.slice(31 * MILLI), "exactly its budget");
        meter.resume(40 * MILLI);
        assert!(!meter.slice(40 * MILLI + 1));
        assert!(meter.is_over());
        meter.begin(Duration::from_millis(4));
        assert!(!meter.is_over(), "each call has a budget of its own");
    }

    #[test]
    fn a_stretch_that_is_cut_short_late_counts_a_tick() {
        let meter = CpuMeter::default();
        meter.begin(TICK * 2);
        for start in [0, 1_000 * MILLI] {
            meter.resume(start);
            assert!(meter.slice(start + 500 * MILLI));
        }
        meter.resume(0);
        assert!(!meter.slice(500 * MILLI));
    }

    #[test]
    fn what_a_slice_counted_is_not_counted_twice() {
        let meter = CpuMeter::default();
        meter.begin(TICK);
        meter.resume(0);
        assert!(meter.slice(2 * MILLI));
        meter.pause(2 * MILLI);
        assert!(!meter.is_over());
    }

    #[test]
    fn giving_way_is_reported_once() {
        let meter = CpuMeter::default();
        meter.begin(Duration::from_secs(1));
        assert!(!meter.take_yielded());
        meter.slice(1);
        assert!(meter.take_yielded());
        assert!(!meter.take_yielded());
    }
}
