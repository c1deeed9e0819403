//! Calls the host without end. Each call is short, and each is the host's own work.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        loop {
            metrics::count("calls", 1);
        }
    }
}

hostile_guests::bolt!(Attack);
