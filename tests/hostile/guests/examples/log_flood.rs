//! Logs a hundred megabytes in one call.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let line = "x".repeat(100);
        for _ in 0..1_000_000 {
            logging::log(logging::Level::Info, &line);
        }
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
