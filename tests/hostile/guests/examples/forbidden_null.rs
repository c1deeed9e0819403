//! A null in a column that has none.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut emission = emission(1, texts(&[""]));
        emission.columns[0].nulls = Some(vec![1]);
        Ok(emits(emission))
    }
}

hostile_guests::bolt!(Attack);
