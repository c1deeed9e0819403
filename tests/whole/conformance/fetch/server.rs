//! A server that answers as the path of a request says.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::json;

/// How long requests that belong together wait for each other.
const TOGETHER: Duration = Duration::from_secs(30);

/// A server; it is gone when this is dropped.
pub(super) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Where `/redirect-elsewhere` leads.
    elsewhere: Mutex<String>,
    seen: AtomicUsize,
    waiting: Mutex<usize>,
    all_wait: Condvar,
    is_over: AtomicBool,
}

/// A request, read to its end.
struct Request {
    method: String,
    path: String,
    /// Lines, as they came.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Server {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::<Shared>::default();
        let serving = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, shared) = (stream.unwrap(), Arc::clone(&serving));
                // Those who break off do no harm.
                std::thread::spawn(move || drop(answer(stream, &shared)));
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has `/redirect-elsewhere` lead there.
    pub(super) fn redirect_to(&self, url: &str) {
        *self.shared.elsewhere.lock().unwrap() = url.to_owned();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Request {
    fn read(stream: &TcpStream) -> std::io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next(), words.next());
        let mut request = Self {
            method: method.unwrap_or_default(),
            path: path.unwrap_or_default(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            let header = (name.to_lowercase(), value.trim().to_owned());
            request.headers.push(header);
        }
        let length = request.header("content-length").parse().unwrap_or(0);
        reader.take(length).read_to_end(&mut request.body)?;
        Ok(request)
    }

    fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(other, _)| other == name);
        found.next().map_or("", |(_, value)| value)
    }
}

fn answer(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let request = Request::read(&stream)?;
    let path = request.path.split('?').next().unwrap_or_default();
    let mut say = |status: &str, headers: &str, body: &[u8]| -> std::io::Result<()> {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n");
        stream.write_all(head.as_bytes())?;
        if request.method != "HEAD" {
            stream.write_all(body)?;
        }
        Ok(())
    };
    let here = |to: &str| format!("location: {to}\r\n");
    match path {
        "/text" => {
            let headers = "content-type: text/plain\r\nx-twice: 1\r\nX-Twice: 2\r\n\
                           set-cookie: a=1\r\nset-cookie: b=2\r\n";
            let body = format!("{} {}", request.path, request.header("x-one"));
            say("200 OK", headers, body.as_bytes())
        }
        "/echo" => {
            let text = String::from_utf8_lossy(&request.body);
            let body = json!({
                "method": request.method,
                "type": request.header("content-type"),
                "length": request.body.len(),
                "text": text,
                "body": serde_json::from_str::<serde_json::Value>(&text).ok(),
            });
            say("200 OK", "", body.to_string().as_bytes())
        }
        "/echo-bytes" => say("200 OK", "", &request.body),
        "/redirect-302" => say("302 Found", &here("/echo"), b"gone"),
        "/redirect-307" => say("307 Temporary Redirect", &here("echo"), b""),
        "/redirect-loop" => say("301 Moved Permanently", &here("/redirect-loop"), b""),
        "/redirect-elsewhere" => {
            let elsewhere = shared.elsewhere.lock().unwrap().clone();
            say("302 Found", &here(&elsewhere), b"")
        }
        "/compressed" => say("200 OK", "content-encoding: gzip\r\n", b"not text"),
        "/silent" => silence(stream),
        "/silent-body" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123")?;
            silence(stream)
        }
        "/endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
            let chunk = [b"1000\r\n".as_slice(), &[b'a'; 0x1000], b"\r\n"].concat();
            loop {
                stream.write_all(&chunk)?;
            }
        }
        "/seen" => {
            shared.seen.fetch_add(1, Ordering::SeqCst);
            say("200 OK", "", b"")
        }
        "/how-often-seen" => {
            let seen = shared.seen.load(Ordering::SeqCst);
            say("200 OK", "", seen.to_string().as_bytes())
        }
        _ if path.starts_with("/together-8/") => {
            let mut waiting = shared.waiting.lock().unwrap();
            *waiting += 1;
            shared.all_wait.notify_all();
            let all = |waiting: &mut usize| *waiting < 8;
            let (waiting, _) = shared
                .all_wait
                .wait_timeout_while(waiting, TOGETHER, all)
                .unwrap();
            match *waiting {
                8.. => say("200 OK", "", path.as_bytes()),
                _ => say("500 Internal Server Error", "", b"alone"),
            }
        }
        _ => say("404 Not Found", "", b"nothing is here"),
    }
}

/// Says nothing until the other side has closed.
fn silence(mut stream: TcpStream) -> std::io::Result<()> {
    let mut rest = [0; 256];
    while stream.read(&mut rest)? > 0 {}
    Ok(())
}
