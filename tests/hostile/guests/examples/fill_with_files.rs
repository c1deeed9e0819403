//! Makes files without end, each with one byte in it.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut number = 0_u64;
        loop {
            let written = std::fs::write(format!("/data/{number}"), "x");
            written.map_err(|error| format!("refused: {:?}", error.kind()))?;
            number += 1;
        }
    }
}

hostile_guests::bolt!(Attack);
