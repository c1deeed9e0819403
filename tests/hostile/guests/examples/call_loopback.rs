//! Calls the machine of its host, by all the names that it has.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        http::call_each(&[
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0.0.0.0/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://loopback.example/",
            "http://loopback6.example/",
            "http://mapped.example/",
            "http://unspecified.example/",
        ])
    }
}

hostile_guests::bolt!(Attack);
