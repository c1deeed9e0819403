//! Traps when it is asked what it is.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        panic!("as told")
    }
}

hostile_guests::bolt!(Attack);
