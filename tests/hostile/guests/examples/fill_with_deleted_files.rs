//! Writes to files that it has deleted and keeps open, so that no folder shows them.

use std::fs::{File, remove_file};
use std::io::Write as _;

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let block = [b'x'; 64 << 10];
        let mut open = Vec::new();
        loop {
            let path = "/data/deleted";
            let mut fill = || {
                let mut file = File::create(path)?;
                remove_file(path)?;
                file.write_all(&block)?;
                open.push(file);
                Ok::<_, std::io::Error>(())
            };
            if let Err(error) = fill() {
                return Err(format!("refused: {:?} after {}", error.kind(), open.len()));
            }
        }
    }
}

hostile_guests::bolt!(Attack);
