//! Computes without end when it is asked for rows.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn next(_: u32) -> Result<SpoutOutcome, String> {
        spin()
    }
}

hostile_guests::spout!(Attack);
