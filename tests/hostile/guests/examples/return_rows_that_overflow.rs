//! Returns so many rows that their sum does not fit into 32 bits, as it says.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let emission = || emission(u32::MAX, packed(&[0, 1], b"a"));
        Ok(Outcome {
            emissions: vec![emission(), emission()],
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
