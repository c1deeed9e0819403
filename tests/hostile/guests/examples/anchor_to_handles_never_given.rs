//! Anchors a row to one that it was never given.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let never = batches[0].first_row.wrapping_add(1_000_000);
        Ok(Outcome {
            emissions: vec![Emission {
                anchors: Anchors::Each(bytes(&[never])),
                ..emission(1, texts(&["one"]))
            }],
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
