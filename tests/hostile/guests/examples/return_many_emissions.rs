//! Returns a hundred thousand emissions without a row.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let emission = || emission(0, texts(&[]));
        Ok(Outcome {
            emissions: (0..100_000).map(|_| emission()).collect(),
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
