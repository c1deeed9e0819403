//! Connects to the machine that it runs on, by IPv6.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let reached = std::net::TcpStream::connect("[::1]:22");
        Err(match reached {
            Ok(_) => "it got out".to_owned(),
            Err(error) => format!("refused: {error}"),
        })
    }
}

hostile_guests::bolt!(Attack);
