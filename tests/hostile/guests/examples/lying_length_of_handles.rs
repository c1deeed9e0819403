//! Handles that are said to go on behind the end of the memory.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(Outcome {
            acked: lying(0x7fff_ff00),
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
