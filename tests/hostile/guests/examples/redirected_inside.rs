//! Follows redirects of a server that it may call, which lead inside.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        for to in ["metadata", "loopback"] {
            if let Ok(body) = http::fetch_following(&format!("http://public.example/to/{to}")) {
                return Err(format!("it got out: {body}"));
            }
        }
        Err("refused".to_owned())
    }
}

hostile_guests::bolt!(Attack);
