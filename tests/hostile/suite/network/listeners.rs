//! Who listens where nobody may come, and counts.

use std::io::Read as _;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The ports that attacks go for.
const PORTS: [u16; 4] = [22, 53, 80, 443];

/// Listeners on all ports of all addresses.
pub(super) struct Listeners {
    places: Vec<SocketAddr>,
    came: Arc<AtomicUsize>,
}

impl Listeners {
    pub(super) fn start(addresses: &[&str]) -> Self {
        let came = Arc::new(AtomicUsize::new(0));
        let mut places = Vec::new();
        for address in addresses {
            for port in PORTS {
                let place = SocketAddr::new(address.parse::<IpAddr>().unwrap(), port);
                let listener = TcpListener::bind(place).unwrap();
                let socket = UdpSocket::bind(place).unwrap();
                let counts = Arc::clone(&came);
                thread::spawn(move || {
                    for _ in listener.incoming() {
                        counts.fetch_add(1, Ordering::SeqCst);
                    }
                });
                let counts = Arc::clone(&came);
                thread::spawn(move || {
                    while socket.recv_from(&mut [0; 64]).is_ok() {
                        counts.fetch_add(1, Ordering::SeqCst);
                    }
                });
                places.push(place);
            }
        }
        Self { places, came }
    }

    /// That they count who comes: else nothing would be shown by there being nobody.
    pub(super) fn can_be_reached(&self) {
        for place in &self.places {
            let mut stream = connected(place);
            // Closed by who counted it.
            let _ = stream.read(&mut [0]);
            let local = match place {
                SocketAddr::V4(_) => "0.0.0.0:0",
                SocketAddr::V6(_) => "[::]:0",
            };
            let socket = UdpSocket::bind(local).unwrap();
            socket.send_to(b"hello", place).unwrap();
        }
        let begun = Instant::now();
        while self.came.load(Ordering::SeqCst) < 2 * self.places.len() {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "they do not count"
            );
            thread::sleep(Duration::from_millis(1));
        }
        self.came.store(0, Ordering::SeqCst);
    }

    /// That nobody came since then.
    pub(super) fn nobody_came(&self) {
        assert_eq!(self.came.load(Ordering::SeqCst), 0, "somebody got in");
    }
}

/// A connection. It may take a moment until an address that is new can be reached.
fn connected(place: &SocketAddr) -> TcpStream {
    let begun = Instant::now();
    loop {
        match TcpStream::connect(place) {
            Ok(stream) => return stream,
            Err(error) => assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{place}: {error}"
            ),
        }
        thread::sleep(Duration::from_millis(1));
    }
}
