//! Computes without end when it is deactivated.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn deactivate() -> Result<(), String> {
        spin()
    }
}

hostile_guests::spout!(Attack);
