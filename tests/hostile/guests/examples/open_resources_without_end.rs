//! Takes pollables from the host and gives none back.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        loop {
            let pollable = wasip2::clocks::monotonic_clock::subscribe_duration(u64::MAX);
            std::mem::forget(pollable);
        }
    }
}

hostile_guests::bolt!(Attack);
