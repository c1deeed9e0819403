//! A spout of rows without a byte, as many as it is asked for, without end.

use hostile_guests::*;

struct Attack;

impl Spout for Attack {
    fn next(max_rows: u32) -> Result<SpoutOutcome, String> {
        let mut outcome = emits_tracked(Tracking::ReplayedByHost);
        let emission = &mut outcome.emissions[0];
        emission.rows = max_rows;
        emission.columns[0].values = packed(&vec![0; max_rows as usize + 1], b"");
        outcome.idle_ms = 0;
        Ok(outcome)
    }
}

hostile_guests::spout!(Attack);
