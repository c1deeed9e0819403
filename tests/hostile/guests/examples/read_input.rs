//! Reads the standard input of its host.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        Err(match read {
            Ok(0) => "refused: there is nothing".to_owned(),
            found => format!("it got out: {found:?} {line}"),
        })
    }
}

hostile_guests::bolt!(Attack);
