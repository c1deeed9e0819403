//! A server that tests call over HTTP, on this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use serde_json::json;

/// A server. Who was kept waiting hears when it is dropped that nothing comes.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    _held: Sender<()>,
}

/// A request.
struct Asked {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    stream: BufReader<TcpStream>,
}

impl Server {
    /// Listens at a port of its own.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (held, until) = channel();
        let until = Arc::new(Mutex::new(until));
        // It ends with the process of the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let until = Arc::clone(&until);
                std::thread::spawn(move || {
                    // The other side may be gone before all is said.
                    let _ = stream.and_then(|stream| serve(stream, &until));
                });
            }
        });
        Self { url, _held: held }
    }
}

fn serve(stream: TcpStream, until: &Mutex<Receiver<()>>) -> std::io::Result<()> {
    let Some(mut asked) = Asked::read(stream)? else {
        return Ok(());
    };
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    match path.as_str() {
        "/echo" => {
            let body = String::from_utf8_lossy(&asked.body()?).into_owned();
            let seen = json!({
                "method": asked.method,
                "path": asked.path,
                "key": asked.header("x-key"),
                "body": body,
            });
            asked.reply("200 OK", seen.to_string().as_bytes())
        }
        "/count" => {
            let size = asked.body()?.len();
            let seen = json!({ "method": asked.method, "size": size });
            asked.reply("200 OK", seen.to_string().as_bytes())
        }
        "/large" => asked.reply("200 OK", &vec![b'x'; query.parse().unwrap()]),
        "/to" => asked.say(&format!(
            "HTTP/1.1 302 Found\r\nLocation: {query}\r\nContent-Length: 0\r\n\r\n"
        )),
        "/chunks" => asked.say(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        ),
        "/breaks-off" => asked.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"),
        "/stops" => {
            asked.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")?;
            wait(until);
            Ok(())
        }
        "/says-nothing" => {
            wait(until);
            Ok(())
        }
        "/full" => {
            asked.reply("413 Content Too Large", b"")?;
            wait(until);
            Ok(())
        }
        _ => {
            asked.body()?;
            asked.reply("404 Not Found", b"nothing here")
        }
    }
}

/// Until the server is dropped.
fn wait(until: &Mutex<Receiver<()>>) {
    let _ = until.lock().map(|until| until.recv());
}

impl Asked {
    fn read(stream: TcpStream) -> std::io::Result<Option<Self>> {
        let mut stream = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut first = lines[0].split(' ').map(str::to_owned);
        let headers = lines[1..].iter().filter_map(|line| line.split_once(": "));
        Ok(Some(Self {
            method: first.next().unwrap(),
            path: first.next().unwrap(),
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect(),
            stream,
        }))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|header| header.0 == name)
            .map(|header| header.1.as_str())
    }

    fn body(&mut self) -> std::io::Result<Vec<u8>> {
        let length = self.header("content-length").unwrap_or("0");
        let mut body = vec![0; length.parse().unwrap()];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn reply(&mut self, status: &str, body: &[u8]) -> std::io::Result<()> {
        self.say(&format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        ))?;
        self.stream.get_mut().write_all(body)
    }

    fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.stream.get_mut().write_all(text.as_bytes())
    }
}
