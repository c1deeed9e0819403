//! Logs a million lines without a byte.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        for _ in 0..1_000_000 {
            logging::log(logging::Level::Info, "");
        }
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
