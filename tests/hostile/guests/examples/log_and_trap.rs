//! Logs as much as it may, and traps, so that it is made anew.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let line = "x".repeat(1_000);
        for _ in 0..10 {
            logging::log(logging::Level::Info, &line);
        }
        panic!("as told")
    }
}

hostile_guests::bolt!(Attack);
