//! The server that may be called, and that is no better than who calls it.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A server on port 80.
pub(crate) struct Public {
    requests: Arc<AtomicUsize>,
}

impl Public {
    pub(super) fn start(address: &str) -> Self {
        let listener = TcpListener::bind((address, 80)).unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counts = Arc::clone(&counts);
                thread::spawn(move || serve(stream, &counts));
            }
        });
        Self { requests }
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Answers one request as its path says, and waits for who asked to go.
fn serve(mut stream: TcpStream, counts: &AtomicUsize) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    counts.fetch_add(1, Ordering::SeqCst);
    match request.split(' ').nth(1).unwrap_or_default() {
        "/to/metadata" => stream.write_all(&redirect("http://169.254.169.254/"))?,
        "/to/loopback" => stream.write_all(&redirect("http://loopback.example/"))?,
        "/endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(&[b'a'; 4096])?;
            }
        }
        "/headers" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
            loop {
                stream.write_all(b"x-more: and more\r\n")?;
            }
        }
        "/silent" | "/upload" => {}
        // Whoever asked sees the connection close.
        "/broken/nothing" => return Ok(()),
        "/broken/no-http" => return stream.write_all(b"no response of HTTP at all\r\n\r\n"),
        "/broken/head" => return stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-"),
        "/broken/body" => {
            return stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello");
        }
        "/broken/chunk" => {
            let chunk = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfff\r\nhello";
            return stream.write_all(chunk);
        }
        "/silent-body" => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n")?,
        _ => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")?,
    }
    io::copy(&mut stream.take(u64::MAX), &mut io::sink()).map(|_| ())
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
}
