//! Asks for its keys without end, most of which it has just removed.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        for number in 0..50_000 {
            state::set(&number.to_string(), &[]).map_err(refused)?;
        }
        for number in 0..50_000 {
            state::remove(&number.to_string()).map_err(refused)?;
        }
        loop {
            state::keys("", None, u32::MAX).map_err(refused)?;
        }
    }
}

hostile_guests::bolt!(Attack);
