//! Keeps values of a megabyte without end, in each call one more than in the last.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut number = state::keys("", None, 1_000).map_err(refused)?.len();
        loop {
            state::set(&number.to_string(), &vec![1; 1 << 20]).map_err(refused)?;
            number += 1;
        }
    }
}

hostile_guests::bolt!(Attack);
