//! Sleeps for an hour.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        std::thread::sleep(std::time::Duration::from_secs(3_600));
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
