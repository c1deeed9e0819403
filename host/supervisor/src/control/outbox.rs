//! What a worker is told: a queue, and a task that writes it.

use std::io;
use std::time::Duration;

use stormcell_links::Stream;
use stormcell_protocol::control::ToWorker;
use tokio::io::{AsyncWriteExt as _, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A worker that does not read a message in this time is cut off.
const WRITE_LIMIT: Duration = Duration::from_secs(30);

/// The queue. When it is dropped, what it holds is written and the connection ends.
#[derive(Debug)]
pub(crate) struct Outbox(mpsc::UnboundedSender<ToWorker>);

/// The task that writes. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Writer(JoinHandle<Result<(), String>>);

impl Outbox {
    pub(super) fn new(write: WriteHalf<Box<dyn Stream>>) -> (Self, Writer) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (
            Self(sender),
            Writer(tokio::spawn(write_all(write, receiver))),
        )
    }

    /// Says this after all that was said before. Lost if the connection has ended.
    pub(crate) fn send(&self, message: ToWorker) {
        let _ = self.0.send(message);
    }
}

impl Writer {
    /// Waits for the end of the task: why it ended before its queue was dropped.
    pub(super) async fn wait(&mut self) -> Result<(), String> {
        (&mut self.0)
            .await
            .unwrap_or_else(|error| Err(error.to_string()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whether an error says only that the other side is gone: a process that ends before it
/// has read everything resets its connections.
pub(super) fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

async fn write_all(
    mut write: WriteHalf<Box<dyn Stream>>,
    mut messages: mpsc::UnboundedReceiver<ToWorker>,
) -> Result<(), String> {
    while let Some(message) = messages.recv().await {
        let mut line = serde_json::to_vec(&message).map_err(|error| error.to_string())?;
        line.push(b'\n');
        let written = timeout(WRITE_LIMIT, async {
            write.write_all(&line).await?;
            write.flush().await
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if is_end(&error) => return Ok(()),
            Ok(Err(error)) => return Err(error.to_string()),
            Err(_) => {
                return Err(format!(
                    "it did not read what it was told for {} s",
                    WRITE_LIMIT.as_secs()
                ));
            }
        }
    }
    let _ = timeout(WRITE_LIMIT, write.shutdown()).await;
    Ok(())
}
