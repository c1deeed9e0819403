//! The connections of workers: one JSON document a line, as [`stormcell_protocol::control`]
//! says.
//!
//! Invariants:
//! - nothing that a worker does, or fails to do, holds up a topology: what it is told
//!   waits in a queue of its own, and a worker that does not read is cut off;
//! - a connection that breaks a rule is ended, and nothing else.

mod outbox;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use stormcell_links::{Listener, Stream};
use stormcell_protocol::control::{FromWorker, Hello, ToWorker};
use tokio::io::ReadHalf;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

pub(crate) use outbox::Outbox;

use crate::topologies::Topologies;
use crate::topology::Connection;

/// A message has at most this many bytes: 64 MiB.
pub const MAX_MESSAGE: usize = 64 << 20;
/// A connection must say who it is within this time.
const HELLO_LIMIT: Duration = Duration::from_secs(10);
/// That takes at most so many bytes: 64 KiB.
const MAX_HELLO: usize = 64 << 10;
/// How many connections may be there that have not said who they are.
const STRANGERS: usize = 256;
/// After an error of the listener, it is tried again after this time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

type Lines = FramedRead<ReadHalf<Box<dyn Stream>>, LinesCodec>;

/// Takes connections for as long as it is polled. All end with it.
pub(crate) async fn serve(mut listener: Box<dyn Listener>, topologies: Arc<Topologies>) {
    let mut connections = JoinSet::new();
    let strangers = Arc::new(Semaphore::new(STRANGERS));
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok(stream) => {
                let Ok(stranger) = Arc::clone(&strangers).try_acquire_owned() else {
                    refused(&format!("{STRANGERS} others have not said who they are"));
                    continue;
                };
                let topologies = Arc::clone(&topologies);
                connections.spawn(async move { connection(stream, &topologies, stranger).await });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot take the connection of a worker");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// One connection, from its first message to its end.
async fn connection(
    stream: Box<dyn Stream>,
    topologies: &Topologies,
    stranger: OwnedSemaphorePermit,
) {
    let (read, write) = tokio::io::split(stream);
    let mut lines = FramedRead::new(read, LinesCodec::new_with_max_length(MAX_HELLO));
    let hello = match timeout(HELLO_LIMIT, next(&mut lines)).await {
        Ok(Ok(Some(FromWorker::Hello(hello)))) => hello,
        Ok(Ok(None)) => return,
        Ok(Ok(Some(_))) => return refused("its first message is not `hello`"),
        Ok(Err(reason)) => return refused(&reason),
        Err(_) => return refused("it did not say who it is"),
    };
    drop(stranger);
    *lines.decoder_mut() = LinesCodec::new_with_max_length(MAX_MESSAGE);
    let (outbox, mut writer) = Outbox::new(write);
    let Some(topology) = topologies.get(&hello.topology) else {
        tracing::info!(
            topology = hello.topology,
            "a worker of an unknown topology is told to exit"
        );
        outbox.send(ToWorker::Exit);
        drop(outbox);
        let _ = writer.wait().await;
        return;
    };
    let worker = hello.worker;
    let Hello { topology: name, .. } = hello.clone();
    let id = topologies.next_connection();
    topology.connected(Connection { id, hello, outbox });
    let reason = loop {
        // In this order, so that a simulation repeats, and the last words of a worker that
        // cannot be written to any more are heard.
        tokio::select! {
            biased;
            line = next(&mut lines) => match line {
                Ok(Some(message)) => {
                    if !topology.said(id, worker, message).await {
                        break None;
                    }
                }
                Ok(None) => break None,
                Err(reason) => break Some(reason),
            },
            written = writer.wait() => break written.err(),
        }
    };
    topology.disconnected(id, worker);
    if let Some(reason) = reason {
        tracing::warn!(
            topology = name,
            worker = worker.worker,
            incarnation = worker.number,
            "the connection of a worker was ended: {reason}"
        );
    }
}

/// The next message; `None`: the other side has closed the connection.
async fn next(lines: &mut Lines) -> Result<Option<FromWorker>, String> {
    match lines.next().await {
        None => Ok(None),
        Some(Ok(line)) => serde_json::from_str(&line)
            .map(Some)
            .map_err(|error| format!("a message is not understood: {error}")),
        Some(Err(LinesCodecError::Io(error))) if outbox::is_end(&error) => Ok(None),
        Some(Err(error)) => Err(error.to_string()),
    }
}

fn refused(reason: &str) {
    tracing::warn!("a connection of a worker was refused: {reason}");
}
