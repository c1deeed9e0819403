//! A spout that gives all rows the same id.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn next(_: u32) -> Result<SpoutOutcome, String> {
        Ok(emits_tracked(Tracking::Ids(vec![7; 8])))
    }
}

hostile_guests::spout!(Attack);
