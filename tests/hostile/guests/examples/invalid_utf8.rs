//! Text that is not UTF-8.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(emission(1, packed(&[0, 2], b"\xc3\x28"))))
    }
}

hostile_guests::bolt!(Attack);
