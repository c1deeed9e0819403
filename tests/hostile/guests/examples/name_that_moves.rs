//! Calls a name twice, which leads to another place the second time.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let first = http::fetch("http://moving.example/");
        match (first, http::fetch("http://moving.example/")) {
            (Ok(_), Err(error)) => Err(format!("refused: {error}")),
            other => Err(format!("it got out: {other:?}")),
        }
    }
}

hostile_guests::bolt!(Attack);
