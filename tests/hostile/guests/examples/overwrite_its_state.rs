//! Writes all that it may keep anew in each call, in values of another length each time, and
//! of such lengths as fill pages badly.

use hostile_guests::*;

/// What it keeps, a little below its quota.
const HELD: usize = 15 << 20;

struct Attack;

impl Spout for Attack {
    fn next(_: u32) -> Result<SpoutOutcome, String> {
        let calls = state::get("calls").map_err(refused)?;
        let call = calls.and_then(|calls| calls.first().copied()).unwrap_or(0);
        loop {
            let keys = state::keys("value.", None, 1_000).map_err(refused)?;
            if keys.is_empty() {
                break;
            }
            for key in keys {
                state::remove(&key).map_err(refused)?;
            }
        }
        let length = [600_000, 2_100, 70_000, 5_000][usize::from(call) / 2 % 4];
        for number in 0..HELD / (length + 100) {
            state::set(&format!("value.{number}"), &vec![call; length]).map_err(refused)?;
        }
        state::set("calls", &[call.wrapping_add(1)]).map_err(refused)?;
        Ok(one_row())
    }
}

hostile_guests::spout!(Attack);
