//! Says of a file that it is very long, and writes far behind its end.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let file = File::create("/data/long");
        let mut file = file.map_err(|error| format!("no file: {error}"))?;
        let longer = file.set_len(1 << 40);
        let behind = file
            .seek(SeekFrom::Start(1 << 40))
            .and_then(|_| file.write_all(b"x"))
            .and_then(|()| file.flush());
        Err(match (longer, behind) {
            (Err(longer), Err(behind)) => {
                format!("refused: {:?} and {:?}", longer.kind(), behind.kind())
            }
            done => format!("it got out: {done:?}"),
        })
    }
}

hostile_guests::bolt!(Attack);
