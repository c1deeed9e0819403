//! Writes to one file without end.

use std::fs::OpenOptions;
use std::io::Write as _;

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let block = [b'x'; 64 << 10];
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open("/data/one");
        let mut file = file.map_err(|error| format!("refused: {:?}", error.kind()))?;
        loop {
            let written = file.write_all(&block);
            written.map_err(|error| format!("refused: {:?}", error.kind()))?;
        }
    }
}

hostile_guests::bolt!(Attack);
