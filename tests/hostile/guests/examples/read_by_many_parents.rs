//! Reads the root of its host, by way of many folders above.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let secret = std::fs::read_to_string("/data/a/../../../../../../../../../../etc/hostname");
        Err(match secret {
            Ok(secret) => format!("it got out: {secret}"),
            Err(error) => format!("refused: {error}"),
        })
    }
}

hostile_guests::bolt!(Attack);
