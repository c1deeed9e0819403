//! Text that is UTF-8 as a whole, and cut in the middle of a character.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(emission(2, packed(&[0, 1, 2], "é".as_bytes()))))
    }
}

hostile_guests::bolt!(Attack);
