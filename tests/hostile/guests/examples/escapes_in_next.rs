//! A spout that fails with a text that would take over the terminal of who reads it.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn next(_: u32) -> Result<SpoutOutcome, String> {
        Err("\x1b[2J\x1b]0;mine\x07\rfine".to_owned())
    }
}

hostile_guests::spout!(Attack);
