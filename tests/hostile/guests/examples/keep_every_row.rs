//! Keeps every row, so that none is ever acked or failed.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(Outcome {
            kept: Kept::All,
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
