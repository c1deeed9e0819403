//! Returns one text of two megabytes, which is few for a call and many for a value.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(says(&"x".repeat(2 << 20)))
    }
}

hostile_guests::bolt!(Attack);
