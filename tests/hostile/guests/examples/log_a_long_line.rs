//! Logs one line of many megabytes.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        logging::log(logging::Level::Error, &"x".repeat(70 << 20));
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
