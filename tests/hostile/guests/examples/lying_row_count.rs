//! More rows than there are values.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(emission(5, texts(&["one", "two"]))))
    }
}

hostile_guests::bolt!(Attack);
