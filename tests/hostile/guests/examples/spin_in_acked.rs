//! Computes without end when it is told that a row is acked.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn acked(_: Vec<u8>) -> Result<(), String> {
        spin()
    }
}

hostile_guests::spout!(Attack);
