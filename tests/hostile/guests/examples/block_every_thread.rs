//! Opens a FIFO that nobody writes to, which takes a thread of the host for ever.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        match std::fs::read("/data/fifo") {
            Ok(_) => Err("it got out".to_owned()),
            Err(error) => Err(format!("refused: {error}")),
        }
    }
}

hostile_guests::bolt!(Attack);
