//! Counts under a million names.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        for i in 0..1_000_000 {
            metrics::count(&format!("name{i}"), 1);
        }
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
