//! Whether bolts tick. While a plan is changed they do not, so that nothing is
//! emitted of which nobody knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::mailbox::InFlight;

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
