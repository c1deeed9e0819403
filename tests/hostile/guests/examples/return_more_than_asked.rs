//! A spout that emits more rows than it was asked for.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn next(max_rows: u32) -> Result<SpoutOutcome, String> {
        let mut outcome = emits_tracked(Tracking::None);
        outcome.emissions[0].rows = max_rows.wrapping_add(1);
        Ok(outcome)
    }
}

hostile_guests::spout!(Attack);
