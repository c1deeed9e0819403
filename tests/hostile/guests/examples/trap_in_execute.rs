//! Traps when it is given rows.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        panic!("as told")
    }
}

hostile_guests::bolt!(Attack);
