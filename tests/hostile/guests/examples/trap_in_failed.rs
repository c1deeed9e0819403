//! Traps when it is told that a row has failed.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn failed(_: Vec<u8>) -> Result<(), String> {
        panic!("as told")
    }
}

hostile_guests::spout!(Attack);
