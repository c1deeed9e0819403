//! Sends a server a request that never ends.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Err(
            match http::upload_without_end("http://public.example/upload") {
                Ok(_) => "it came to an end".to_owned(),
                Err(error) => format!("refused: {error}"),
            },
        )
    }
}

hostile_guests::bolt!(Attack);
