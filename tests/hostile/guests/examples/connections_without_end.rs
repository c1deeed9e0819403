//! Opens connections and closes none.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut held = Vec::new();
        loop {
            match http::send(http::get("http://public.example/silent-body")?).and_then(http::wait) {
                Ok(response) => held.push(response),
                Err(error) => return Err(format!("refused after {}: {error}", held.len())),
            }
        }
    }
}

hostile_guests::bolt!(Attack);
