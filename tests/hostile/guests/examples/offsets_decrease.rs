//! Offsets that decrease.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(emission(2, packed(&[0, 2, 1], b"a"))))
    }
}

hostile_guests::bolt!(Attack);
