//! Computes without end when it is prepared.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        spin()
    }
}

hostile_guests::bolt!(Attack);
