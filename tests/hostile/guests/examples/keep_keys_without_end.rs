//! Keeps empty values under ever more keys.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut number = 0_u64;
        loop {
            state::set(&number.to_string(), &[]).map_err(refused)?;
            number += 1;
        }
    }
}

hostile_guests::bolt!(Attack);
