//! Returns an error of many megabytes for every row.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Err("error ".repeat(2 << 20))
    }
}

hostile_guests::bolt!(Attack);
