//! Calls a server again and again.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        loop {
            http::fetch("http://public.example/")?;
        }
    }
}

hostile_guests::bolt!(Attack);
