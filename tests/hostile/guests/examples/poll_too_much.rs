//! Waits for a hundred thousand clocks at once.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let clocks: Vec<_> = (0..100_000)
            .map(|_| wasip2::clocks::monotonic_clock::subscribe_duration(u64::MAX))
            .collect();
        let ready = wasip2::io::poll::poll(&clocks.iter().collect::<Vec<_>>());
        Err(format!("{} are ready", ready.len()))
    }
}

hostile_guests::bolt!(Attack);
