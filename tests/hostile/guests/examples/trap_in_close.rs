//! Traps when it is closed.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn close(_: CloseReason) -> Result<Outcome, String> {
        panic!("as told")
    }
}

hostile_guests::bolt!(Attack);
