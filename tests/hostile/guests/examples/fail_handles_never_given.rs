//! Fails a row that it was never given.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let never = batches[0].first_row.wrapping_add(1_000_000);
        Ok(Outcome {
            failed: vec![FailedRow {
                row: never,
                reason: String::new(),
            }],
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
