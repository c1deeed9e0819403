//! Listens for connections.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let listening = std::net::TcpListener::bind("0.0.0.0:0");
        Err(match listening {
            Ok(_) => "it got out".to_owned(),
            Err(error) => format!("refused: {error}"),
        })
    }
}

hostile_guests::bolt!(Attack);
