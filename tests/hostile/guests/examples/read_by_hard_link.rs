//! Makes a hard link in its folder to a file outside of it, and reads that.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let made = std::fs::hard_link("/data/../secret", "/data/hard");
        let through = std::fs::hard_link("/data/link", "/data/hard");
        let secret = std::fs::read_to_string("/data/hard");
        Err(match secret {
            Ok(secret) => format!("it got out: {secret}"),
            Err(error) => format!("refused: {made:?} {through:?} {error}"),
        })
    }
}

hostile_guests::bolt!(Attack);
