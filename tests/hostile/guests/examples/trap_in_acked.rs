//! Traps when it is told that a row is acked.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn acked(_: Vec<u8>) -> Result<(), String> {
        panic!("as told")
    }
}

hostile_guests::spout!(Attack);
