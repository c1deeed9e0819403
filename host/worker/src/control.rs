//! The control connection to the supervisor: one JSON document a line, each way.
//!
//! A connection that ends is made again, for ever. Invariants:
//! - what is sent while there is no connection is not kept: it belongs to the
//!   connection that has ended;
//! - a supervisor that reads nothing costs no memory beyond the answers that it asked
//!   for: heartbeats are left out while anything waits to be sent.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::Value;
use stormcell_links::{Address, Network};
use stormcell_protocol::control::{FromWorker, ToWorker};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::codec::{FramedRead, LinesCodec};

/// How long it takes to try again after a connection could not be made or has ended.
/// Doubles with each that brought nothing.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const LAST_PAUSE: Duration = Duration::from_secs(1);
/// No message is longer: the text of a topology, and its plan.
const MAX_MESSAGE: usize = 64 << 20;
/// Messages of the supervisor that wait for the worker.
const WAITING: usize = 64;

/// What happens on the control connection.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A connection was made. Nothing has been said.
    Connected(Outgoing),
    /// The supervisor said this.
    Message(Box<ToWorker>),
    /// It assigned something, and this is why it cannot be read.
    Unreadable(String),
    /// The connection has ended.
    Ended,
}

/// Sends to the supervisor, as long as its connection lasts.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    queue: mpsc::UnboundedSender<FromWorker>,
    /// Messages that are not written yet.
    unwritten: Arc<AtomicUsize>,
}

impl Outgoing {
    /// Sends a message. Lost if the connection ends before it is written.
    pub(crate) fn send(&self, message: FromWorker) {
        self.unwritten.fetch_add(1, Ordering::Relaxed);
        // If nobody takes it, the connection has ended, which is told by itself.
        let _ = self.queue.send(message);
    }

    /// Whether everything that was sent is written.
    pub(crate) fn is_clear(&self) -> bool {
        self.unwritten.load(Ordering::Relaxed) == 0
    }
}

/// Sends like [`Outgoing`], and does not keep the connection open.
struct Answers {
    queue: mpsc::WeakUnboundedSender<FromWorker>,
    unwritten: Arc<AtomicUsize>,
}

impl Answers {
    /// Says why this request cannot be done.
    fn refuse(&self, id: u64, reason: String) {
        if let Some(queue) = self.queue.upgrade() {
            let unwritten = Arc::clone(&self.unwritten);
            let result = Err(reason);
            Outgoing { queue, unwritten }.send(FromWorker::Reply { id, result });
        }
    }
}

/// The end of the worker.
#[derive(Debug)]
pub(crate) struct Control {
    incoming: mpsc::Receiver<Incoming>,
    /// Dropping it ends the connection.
    keeper: JoinSet<()>,
}

impl Control {
    /// Connects to the supervisor, again and again.
    pub(crate) fn open(network: Arc<dyn Network>) -> Self {
        let (sender, incoming) = mpsc::channel(WAITING);
        let mut keeper = JoinSet::new();
        keeper.spawn(keep_connected(network, sender));
        Self { incoming, keeper }
    }

    /// What happens next.
    pub(crate) async fn next(&mut self) -> Incoming {
        match self.incoming.recv().await {
            Some(incoming) => incoming,
            // Its task never ends before this does.
            None => std::future::pending().await,
        }
    }

    /// Closes the connection when what was sent is written; waits for that at most so
    /// long. Every [`Outgoing`] must have been dropped.
    pub(crate) async fn close(mut self, limit: Duration) {
        // Nobody takes messages any more, so the task ends with its connection.
        self.incoming.close();
        while self.incoming.try_recv().is_ok() {}
        let _ = tokio::time::timeout(limit, self.keeper.join_next()).await;
    }
}

/// Ends when nobody wants to know any more.
async fn keep_connected(network: Arc<dyn Network>, events: mpsc::Sender<Incoming>) {
    let mut pause = FIRST_PAUSE;
    while !events.is_closed() {
        match network.connect(Address::Supervisor).await {
            Ok(stream) => {
                let (reader, writer) = tokio::io::split(stream);
                let (queue, messages) = mpsc::unbounded_channel();
                let unwritten = Arc::new(AtomicUsize::new(0));
                let outgoing = Outgoing {
                    queue,
                    unwritten: Arc::clone(&unwritten),
                };
                let answers = Answers {
                    queue: outgoing.queue.downgrade(),
                    unwritten: Arc::clone(&unwritten),
                };
                if events.send(Incoming::Connected(outgoing)).await.is_err() {
                    return;
                }
                let mut heard = false;
                let ended = tokio::select! {
                    biased;
                    ended = read(reader, &events, answers, &mut heard) => ended.map(|()| true),
                    ended = write(writer, messages, &unwritten) => ended.map(|()| false),
                };
                match ended {
                    Ok(true) => tracing::info!("the supervisor is gone; work goes on"),
                    // This worker has nothing more to say: it ends.
                    Ok(false) => {}
                    Err(error) => {
                        tracing::warn!(%error, "lost the supervisor; work goes on");
                    }
                }
                if heard {
                    pause = FIRST_PAUSE;
                }
                if events.send(Incoming::Ended).await.is_err() {
                    return;
                }
            }
            Err(error) => tracing::debug!(%error, "no supervisor"),
        }
        tokio::select! {
            biased;
            () = tokio::time::sleep(pause) => {}
            () = events.closed() => return,
        }
        pause = (pause * 2).min(LAST_PAUSE);
    }
}

/// Reads messages until the connection ends. `heard`: whether one came.
async fn read(
    reader: impl AsyncRead + Unpin,
    events: &mpsc::Sender<Incoming>,
    answers: Answers,
    heard: &mut bool,
) -> io::Result<()> {
    let mut lines = FramedRead::new(reader, LinesCodec::new_with_max_length(MAX_MESSAGE));
    while let Some(line) = lines.next().await {
        let line = line.map_err(io::Error::other)?;
        *heard = true;
        match serde_json::from_str(&line) {
            Ok(message) => {
                if events.send(Incoming::Message(message)).await.is_err() {
                    // The worker ends; what it still has to say is being written.
                    return std::future::pending().await;
                }
            }
            Err(error) => {
                let reason = format!("not understood: {error}");
                tracing::warn!("a message of the supervisor was {reason}");
                // A supervisor of another version may know more requests, and say more.
                match what_it_is(&line) {
                    Some(Unread::Request(id)) => {
                        answers.refuse(id, format!("the request was {reason}"));
                    }
                    Some(Unread::Assignment) => {
                        let unreadable = Incoming::Unreadable(reason);
                        if events.send(unreadable).await.is_err() {
                            return std::future::pending().await;
                        }
                    }
                    None => {}
                }
            }
        }
    }
    Ok(())
}

/// A message that cannot be read as a whole, and cannot be ignored.
enum Unread {
    /// Its number.
    Request(u64),
    Assignment,
}

fn what_it_is(line: &str) -> Option<Unread> {
    let message: Value = serde_json::from_str(line).ok()?;
    match message.get("type")?.as_str()? {
        "request" => message.get("id")?.as_u64().map(Unread::Request),
        "assign" => Some(Unread::Assignment),
        _ => None,
    }
}

/// Writes messages until nobody sends any more.
async fn write(
    mut writer: impl AsyncWrite + Unpin,
    mut messages: mpsc::UnboundedReceiver<FromWorker>,
    unwritten: &AtomicUsize,
) -> io::Result<()> {
    while let Some(message) = messages.recv().await {
        let mut line = serde_json::to_vec(&message)?;
        line.push(b'\n');
        writer.write_all(&line).await?;
        writer.flush().await?;
        unwritten.fetch_sub(1, Ordering::Relaxed);
    }
    writer.shutdown().await
}
