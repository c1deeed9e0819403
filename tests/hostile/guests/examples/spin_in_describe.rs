//! Computes without end when it is asked what it is.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        spin()
    }
}

hostile_guests::bolt!(Attack);
