//! Traps when it is asked for rows.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn next(_: u32) -> Result<SpoutOutcome, String> {
        panic!("as told")
    }
}

hostile_guests::spout!(Attack);
