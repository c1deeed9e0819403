//! Opens the same file again and again, and closes it never.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        loop {
            let file = std::fs::File::open("/data/mine").map_err(|e| e.to_string())?;
            std::mem::forget(file);
        }
    }
}

hostile_guests::bolt!(Attack);
