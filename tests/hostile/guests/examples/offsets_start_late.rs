//! Offsets that leave out the first bytes.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(emission(1, packed(&[1, 2], b"ab"))))
    }
}

hostile_guests::bolt!(Attack);
