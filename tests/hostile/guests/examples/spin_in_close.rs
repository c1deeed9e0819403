//! Computes without end when it is closed.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn close(_: CloseReason) -> Result<Outcome, String> {
        spin()
    }
}

hostile_guests::bolt!(Attack);
