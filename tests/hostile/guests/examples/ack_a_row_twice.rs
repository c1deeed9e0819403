//! Acks and fails the same row.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let row = batches[0].first_row;
        Ok(Outcome {
            acked: bytes(&[row]),
            failed: vec![FailedRow {
                row,
                reason: String::new(),
            }],
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
