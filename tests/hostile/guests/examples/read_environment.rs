//! Reads the environment and the arguments of its host.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let variables: Vec<_> = std::env::vars().collect();
        let arguments: Vec<_> = std::env::args().collect();
        Err(match (variables.as_slice(), arguments.as_slice()) {
            ([], []) => "refused: there is nothing".to_owned(),
            found => format!("it got out: {found:?}"),
        })
    }
}

hostile_guests::bolt!(Attack);
