//! Keeps every row, of which no tree tells the host that it takes too long, and makes more.

use hostile_guests::cycle::{Answer, two_for_each};
use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let answer = Answer {
            text: "",
            anchored: false,
            apart: false,
        };
        Ok(Outcome {
            kept: Kept::All,
            ..two_for_each(&batches, answer)
        })
    }
}

hostile_guests::bolt!(Attack);
