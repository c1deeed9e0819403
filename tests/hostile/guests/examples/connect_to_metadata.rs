//! Connects to the address at which clouds tell machines their secrets.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let reached = std::net::TcpStream::connect("169.254.169.254:80");
        Err(match reached {
            Ok(_) => "it got out".to_owned(),
            Err(error) => format!("refused: {error}"),
        })
    }
}

hostile_guests::bolt!(Attack);
