//! Sleeps for an hour, a millisecond at a time.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        for _ in 0..3_600_000 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
