//! Waits for nothing, which the host takes for a mistake.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let ready = wasip2::io::poll::poll(&[]);
        Err(format!("{} are ready", ready.len()))
    }
}

hostile_guests::bolt!(Attack);
