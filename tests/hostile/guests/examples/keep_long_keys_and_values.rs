//! Keeps a value of 60 MiB, and one under a key of 8 MiB.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let long = state::set("value", &vec![1; 60 << 20]).map_err(refused);
        let key = state::set(&"k".repeat(8 << 20), b"value").map_err(refused);
        match (long, key) {
            (Err(value), Err(key)) => Err(format!("{value}; {key}")),
            _ => Err("it got out: it was kept".to_owned()),
        }
    }
}

hostile_guests::bolt!(Attack);
