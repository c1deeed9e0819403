//! A listening API and a client of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use stormcell_protocol::DataDir;
use stormcell_protocol::api::Problem;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::super::token::Token;
use super::super::{Api, ApiConfig};
use super::fake::Fake;

pub(super) const LOOPBACK: &str = "127.0.0.1:0";

/// How long a test waits for what must happen.
pub(super) const GENEROUS: Duration = Duration::from_secs(30);

/// Waits until it is so.
pub(super) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + GENEROUS;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited for ever: {what}");
        std::thread::yield_now();
    }
}

/// The API over a fake supervisor, in threads of its own.
pub(super) struct Served {
    pub(super) backend: Arc<Fake>,
    pub(super) data: DataDir,
    pub(super) address: SocketAddr,
    pub(super) token: String,
    stop: CancellationToken,
    thread: Option<std::thread::JoinHandle<()>>,
    _dir: TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Response {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(super) fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Served {
    pub(super) fn with(topologies: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::new(dir.path());
        let backend = Fake::with(topologies);
        let stop = CancellationToken::new();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let config = ApiConfig {
            bind: LOOPBACK.parse().unwrap(),
        };
        let binding = Api::bind(backend.clone(), data.clone(), config);
        let api = runtime.block_on(binding).unwrap();
        let address = api.address();
        let token = Token::of(&data).unwrap().text().to_owned();
        let stopped = stop.clone().cancelled_owned();
        let thread = std::thread::spawn(move || runtime.block_on(api.serve(stopped)));
        Self {
            backend,
            data,
            address,
            token,
            stop,
            thread: Some(thread),
            _dir: dir,
        }
    }

    /// Asks with the token.
    pub(super) fn ask(&self, method: &str, path: &str, body: &str) -> Response {
        let authorization = format!("authorization: Bearer {}\r\n", self.token);
        self.ask_with(method, path, &authorization, body.as_bytes())
    }

    pub(super) fn ask_with(&self, method: &str, path: &str, head: &str, body: &[u8]) -> Response {
        let head = format!(
            "{head}connection: close\r\ncontent-length: {}\r\n",
            body.len()
        );
        let mut stream = self.open(method, path, &head);
        // The server may refuse it before it has read all of it.
        let _ = stream.get_mut().write_all(body);
        read(stream, method)
    }

    /// Sends the head of a request.
    pub(super) fn open(&self, method: &str, path: &str, head: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(GENEROUS)).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{head}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        BufReader::new(stream)
    }

    pub(super) fn authorization(&self) -> String {
        format!("authorization: Bearer {}\r\n", self.token)
    }

    /// Tells it to end.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    /// Ends it and waits for its end.
    pub(super) fn end(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads the head of an answer.
pub(super) fn read_head(stream: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            return (status, headers);
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
}

/// Reads a whole answer.
pub(super) fn read(mut stream: BufReader<TcpStream>, method: &str) -> Response {
    let (status, headers) = read_head(&mut stream);
    let mut response = Response {
        status,
        headers,
        body: String::new(),
    };
    if method == "HEAD" {
        return response;
    }
    if response.header("transfer-encoding") == Some("chunked") {
        while let Some(chunk) = read_chunk(&mut stream) {
            response.body.push_str(&chunk);
        }
    } else {
        let length = response.header("content-length").unwrap().parse().unwrap();
        stream
            .take(length)
            .read_to_string(&mut response.body)
            .unwrap();
    }
    response
}

/// Reads the next chunk of an answer; `None` at its end.
pub(super) fn read_chunk(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    let length = usize::from_str_radix(line.trim_end(), 16).unwrap();
    let mut chunk = vec![0; length + 2];
    stream.read_exact(&mut chunk).unwrap();
    chunk.truncate(length);
    (length > 0).then(|| String::from_utf8(chunk).unwrap())
}
