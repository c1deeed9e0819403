//! Calls into the network that its host is in.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        http::call_each(&[
            "http://10.0.0.1/",
            "http://192.168.0.1/",
            "http://private.example/",
            "http://public.example@10.0.0.1/",
        ])
    }
}

hostile_guests::bolt!(Attack);
