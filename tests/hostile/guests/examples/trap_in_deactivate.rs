//! Traps when it is deactivated.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn deactivate() -> Result<(), String> {
        panic!("as told")
    }
}

hostile_guests::spout!(Attack);
