//! Calls a name twice, which leads to another place the second time.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let first = http::fetch("http://moving.example/");
        Err(match http::fetch("http://moving.example/") {
            Ok(body) => format!("it got out: {body}"),
            Err(error) => format!("refused: {error}; before that: {first:?}"),
        })
    }
}

hostile_guests::bolt!(Attack);
