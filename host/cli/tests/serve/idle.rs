//! Clients that are connected and do nothing, or next to nothing.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::command::command;
use crate::place::{Place, until};

/// As many as made the API answer nobody.
const CLIENTS: usize = 1_100;
/// How long one lasts that does not show the token.
const STRANGER: Duration = Duration::from_secs(10);

/// A supervisor that may open as many files as most may, and no more.
fn serve(place: &Place, hard: &str) -> crate::place::Server {
    let mut shell = command("sh");
    let script = "ulimit -Sn 1024 && ulimit -Hn \"$0\" && exec \"$@\"";
    shell.args(["-c", script, hard, env!("CARGO_BIN_EXE_stormcell")]);
    place.start(shell, &[])
}

/// This process has a file for each client.
fn may_open_many_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, limit).unwrap();
}

fn connect(place: &Place) -> TcpStream {
    let url = place.url();
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream
}

/// What the server says before it ends the connection.
fn to_the_end(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // It may be reset: that is an end, too.
    let _ = stream.read_to_end(&mut said);
    String::from_utf8(said).unwrap()
}

#[test]
fn the_owner_is_answered_whoever_else_is_connected() {
    may_open_many_files();
    // A limit that can be raised, and one that cannot.
    for hard in ["4096", "1024"] {
        let place = Place::new();
        let server = serve(&place, hard);
        let mut clients: Vec<TcpStream> = (0..CLIENTS).map(|_| connect(&place)).collect();
        for client in clients.iter_mut().step_by(3) {
            // Some have begun to say something. Those that are there longest have to go.
            let _ = client.write_all(b"GET /v1/topologies HTTP/1.1\r\nhost: x\r\nx-");
        }
        assert_eq!(place.client(&["list"]).status, Some(0), "{}", server.said());
        // And it goes on: whoever is gone is replaced.
        for client in &mut clients {
            *client = connect(&place);
        }
        assert_eq!(place.client(&["list"]).status, Some(0), "{}", server.said());
        let digest = format!("sha256:{}", "0".repeat(64));
        let (status, said) = place.upload(&digest, &[0; 100_000]);
        assert_eq!(status, 422, "{said}");
        drop(clients);
        assert!(!server.said().contains("cannot take"), "{}", server.said());
        server.stop();
    }
}

/// Each of them would be heard for ever if only its silence counted.
#[test]
fn a_stranger_is_cut_off_whatever_it_does() {
    let place = Place::new();
    let server = place.serve(&[]);
    let part = b"GET /v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut silent = connect(&place);
    let mut slow = connect(&place);
    let mut asking = connect(&place);
    let mut polite = connect(&place);
    polite
        .write_all(b"GET /v1/server HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n")
        .unwrap();
    let begin = Instant::now();
    let mut bytes = b"GET / HTTP/1.1\r\nx: "
        .iter()
        .chain(std::iter::repeat(&b'x'));
    until("those that say something are cut off", || {
        // A byte now and then, and whole requests without the token, one after the other.
        let slow_ended = slow.write_all(&[*bytes.next().unwrap()]).is_err();
        let asking_ended = asking.write_all(part).is_err() && begin.elapsed() > STRANGER / 2;
        (slow_ended && asking_ended).then_some(())
    });
    assert_eq!(to_the_end(&mut silent), "");
    assert_eq!(to_the_end(&mut polite), "");
    assert!(begin.elapsed() >= STRANGER / 2, "they were given time");
    assert_eq!(place.client(&["list"]).status, Some(0));
    server.stop();
}

#[test]
fn a_head_without_end_is_refused() {
    let place = Place::new();
    let server = place.serve(&[]);
    for line in ["x", "x: y\r\n"] {
        let mut client = connect(&place);
        client.write_all(b"GET / HTTP/1.1\r\n").unwrap();
        // It ends the connection after it has answered.
        while client.write_all(line.repeat(10_000).as_bytes()).is_ok() {}
    }
    // So many requests at once are answered one after the other.
    let mut client = connect(&place);
    let token = place.token();
    let request =
        format!("GET /v1/server HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    let last = request.replace("host: x", "connection: close");
    client
        .write_all((request.repeat(500) + &last).as_bytes())
        .unwrap();
    let said = to_the_end(&mut client);
    assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 501);
    server.stop();
}
