//! When bolts tick, and whether. While a plan is changed they do not, so that nothing is
//! emitted of which nobody knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::mailbox::InFlight;

/// When the tick is due that follows the one of this moment: at a whole number of intervals
/// after it, so that late ticks do not shift those that follow. Ticks that were missed while
/// the task was busy are not made up for.
pub(crate) fn next_tick(due: Instant, every: Duration, now: Instant) -> Instant {
    let late = now.saturating_duration_since(due).as_nanos();
    let beyond = late.checked_rem(every.as_nanos()).unwrap_or(0);
    // Less than an interval, which has far fewer nanoseconds than this holds.
    let beyond = Duration::from_nanos(u64::try_from(beyond).unwrap_or(0));
    now + every.saturating_sub(beyond)
}

/// The switch of the ticks of a process.
#[derive(Debug)]
pub(crate) struct Ticking {
    frozen: AtomicBool,
    in_flight: Arc<InFlight>,
}

/// A tick that is under way counts as something in flight.
pub(crate) struct Tick<'a>(&'a InFlight);

impl Ticking {
    pub(crate) fn new(in_flight: Arc<InFlight>) -> Self {
        Self {
            frozen: AtomicBool::new(false),
            in_flight,
        }
    }

    pub(crate) fn freeze(&self, frozen: bool) {
        self.frozen.store(frozen, Ordering::SeqCst);
    }

    /// A tick begins; `None`: not now.
    pub(crate) fn begin(&self) -> Option<Tick<'_>> {
        // Counted first, so that whoever freezes and then finds nothing in flight
        // knows that no tick is under way.
        self.in_flight.enter(1);
        let tick = Tick(&self.in_flight);
        (!self.frozen.load(Ordering::SeqCst)).then_some(tick)
    }
}

impl Drop for Tick<'_> {
    fn drop(&mut self) {
        self.0.leave(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_keep_their_schedule_and_missed_ones_are_left_out() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let next = |due, now| next_tick(at(due), Duration::from_millis(100), at(now));
        assert_eq!(next(100, 100), at(200));
        assert_eq!(next(100, 119), at(200));
        assert_eq!(next(100, 199), at(200));
        assert_eq!(next(100, 200), at(300));
        assert_eq!(next(100, 1_234), at(1_300));
    }
}
