//! A server that answers as it was told, and counts.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What a server says to a request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// This, with its length.
    Text(&'static str),
    /// Go there.
    Redirect(String),
    /// A body that never ends, in chunks.
    Endless,
    /// A body of so many bytes, as it says before.
    Long(usize),
    /// Headers without end.
    EndlessHeaders,
    /// Nothing.
    Silence,
    /// A head, and then nothing.
    SilentBody,
    /// What was sent, in bytes.
    Count,
}

/// A server; it is gone when this is dropped.
pub(crate) struct Server {
    pub(crate) port: u16,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    open: AtomicUsize,
    seen: Mutex<String>,
}

impl Server {
    pub(crate) async fn start(address: IpAddr, answer: Answer) -> Self {
        Self::start_at(address, 0, answer).await
    }

    pub(crate) async fn start_at(address: IpAddr, port: u16, answer: Answer) -> Self {
        Self::listen(address, port, answer, None).await
    }

    pub(crate) async fn secured(address: IpAddr, answer: Answer, acceptor: TlsAcceptor) -> Self {
        Self::listen(address, 0, answer, Some(acceptor)).await
    }

    async fn listen(
        address: IpAddr,
        port: u16,
        answer: Answer,
        acceptor: Option<TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind(SocketAddr::new(address, port))
            .await
            .unwrap();
        let port = listener.local_addr().unwrap().port();
        let counts = Arc::new(Counts::default());
        let counting = Arc::clone(&counts);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                counting.connections.fetch_add(1, Ordering::SeqCst);
                counting.open.fetch_add(1, Ordering::SeqCst);
                let (answer, counts) = (answer.clone(), Arc::clone(&counting));
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, answer, &counts).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, answer, &counts).await;
                            }
                        }
                    }
                    counts.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, counts, task }
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::SeqCst)
    }

    /// How many there are.
    pub(crate) fn open(&self) -> usize {
        self.counts.open.load(Ordering::SeqCst)
    }

    /// Waits until so many connections are open.
    pub(crate) async fn until_open(&self, count: usize) {
        let begun = Instant::now();
        while self.open() != count {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{} are open",
                self.open()
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The heads of all requests.
    pub(crate) fn seen(&self) -> String {
        self.counts.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers one request, and reads until the other side has closed.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer, counts: &Counts) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    counts.seen.lock().unwrap().push_str(&head);
    let _ = reply(&mut stream, answer).await;
    let mut rest = [0; 4096];
    while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
}

async fn reply(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    answer: Answer,
) -> std::io::Result<()> {
    match answer {
        Answer::Text(text) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", text.len());
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(text.as_bytes()).await
        }
        Answer::Redirect(to) => {
            let head = format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        Answer::Endless => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await?;
            let mut chunk = b"1000\r\n".to_vec();
            chunk.extend([b'a'; 0x1000]);
            chunk.extend(b"\r\n");
            loop {
                stream.write_all(&chunk).await?;
            }
        }
        Answer::Long(length) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&vec![b'a'; length]).await
        }
        Answer::EndlessHeaders => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            for n in 0_u64.. {
                stream.write_all(format!("x-{n}: a\r\n").as_bytes()).await?;
            }
            Ok(())
        }
        Answer::Silence => Ok(()),
        Answer::SilentBody => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123")
                .await
        }
        Answer::Count => {
            let sent = chunks(stream).await?;
            let sent = sent.to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", sent.len());
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(sent.as_bytes()).await
        }
    }
}

/// Reads a body in chunks; how many bytes were in them.
async fn chunks(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<usize> {
    let mut all = 0;
    loop {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(stream.read_u8().await?);
        }
        let length = String::from_utf8_lossy(&line);
        let length = usize::from_str_radix(length.trim(), 16).unwrap();
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).await?;
        if length == 0 {
            return Ok(all);
        }
        all += length;
    }
}
