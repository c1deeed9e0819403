//! Ends its process, as it thinks.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        std::process::exit(0)
    }
}

hostile_guests::bolt!(Attack);
