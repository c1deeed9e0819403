//! Sends datagrams, which need no connection.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let sent = std::net::UdpSocket::bind("0.0.0.0:0")
            .and_then(|socket| socket.send_to(b"hello", "127.0.0.1:53"));
        Err(match sent {
            Ok(_) => "it got out".to_owned(),
            Err(error) => format!("refused: {error}"),
        })
    }
}

hostile_guests::bolt!(Attack);
