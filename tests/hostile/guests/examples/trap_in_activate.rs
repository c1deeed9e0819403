//! Traps when it is activated.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn activate() -> Result<(), String> {
        panic!("as told")
    }
}

hostile_guests::spout!(Attack);
