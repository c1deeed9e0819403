//! Moves a file out of its folder.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let moved = std::fs::rename("/data/mine", "/data/../mine");
        Err(match moved {
            Ok(()) => "it got out".to_owned(),
            Err(error) => format!("refused: {error}"),
        })
    }
}

hostile_guests::bolt!(Attack);
