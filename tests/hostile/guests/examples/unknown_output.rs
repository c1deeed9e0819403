//! Rows on a stream that it does not have.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(Emission {
            output: u32::MAX,
            ..emission(1, texts(&["one"]))
        }))
    }
}

hostile_guests::bolt!(Attack);
