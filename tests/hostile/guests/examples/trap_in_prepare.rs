//! Traps when it is prepared.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        panic!("as told")
    }
}

hostile_guests::bolt!(Attack);
