//! Calls its host over HTTP, which it was not granted.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        http::call_each(&["http://127.0.0.1/", "http://public.example/"])
    }
}

hostile_guests::bolt!(Attack);
