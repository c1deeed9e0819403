//! A row without a column.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(Emission {
            columns: vec![],
            ..emission(1, texts(&["one"]))
        }))
    }
}

hostile_guests::bolt!(Attack);
