//! Numbers in a column of texts.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(emission(2, Values::Integers(vec![0; 16]))))
    }
}

hostile_guests::bolt!(Attack);
