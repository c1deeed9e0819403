//! Waits for a server that does not answer, again and again.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        loop {
            let _ = http::fetch("http://public.example/silent");
        }
    }
}

hostile_guests::bolt!(Attack);
