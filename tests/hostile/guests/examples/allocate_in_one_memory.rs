//! Allocates without end.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        allocate()
    }
}

hostile_guests::bolt!(Attack);
