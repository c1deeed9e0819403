//! Reads outside of its folder, by a symbolic link to the folder above.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let secret = std::fs::read_to_string("/data/above/secret");
        Err(match secret {
            Ok(secret) => format!("it got out: {secret}"),
            Err(error) => format!("refused: {error}"),
        })
    }
}

hostile_guests::bolt!(Attack);
