//! Fewer offsets than there are rows.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(emission(3, packed(&[0, 2], b"ab"))))
    }
}

hostile_guests::bolt!(Attack);
