//! Returns a billion rows, as it says.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(emission(1_000_000_000, packed(&[0, 1], b"a"))))
    }
}

hostile_guests::bolt!(Attack);
