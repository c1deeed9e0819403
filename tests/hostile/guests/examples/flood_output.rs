//! Prints a hundred megabytes, which nobody has granted it.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        use std::io::Write;
        let line = vec![b'x'; 1 << 20];
        for _ in 0..100 {
            std::io::stdout()
                .write_all(&line)
                .map_err(|e| e.to_string())?;
            std::io::stderr()
                .write_all(&line)
                .map_err(|e| e.to_string())?;
        }
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
