//! Traps when it is ticked.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn tick(_: u64) -> Result<Outcome, String> {
        panic!("as told")
    }
}

hostile_guests::bolt!(Attack);
