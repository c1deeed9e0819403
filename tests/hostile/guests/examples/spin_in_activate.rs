//! Computes without end when it is activated.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn activate() -> Result<(), String> {
        spin()
    }
}

hostile_guests::spout!(Attack);
