//! Offsets that lead behind the end of the data.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(emission(2, packed(&[0, 1, 4_000_000_000], b"ab"))))
    }
}

hostile_guests::bolt!(Attack);
