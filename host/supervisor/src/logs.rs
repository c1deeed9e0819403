//! Reading the logs of a topology: those of its workers and that of the supervisor, as
//! one sequence of lines by time.
//!
//! | module | owns |
//! |---|---|
//! | `file` | one log: the current file and the one before |
//! | `merge` | the logs of a topology, by time |
//! | `filter` | which lines are wanted |
//! | `chunks` | the lines as bytes, a bounded amount at a time |
//!
//! Invariants:
//! - a line is given at most once, and those of one log in their order;
//! - what somebody who follows has not yet taken stays in the files; memory holds one
//!   line of each log and one chunk (and once, for `tail`, at most 8 MiB);
//! - lines that are not whole, or are damaged, are left out.

mod chunks;
mod file;
mod filter;
mod merge;

use std::future::Future;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use stormcell_protocol::DataDir;
use stormcell_protocol::api::LogQuery;
use tokio_util::sync::CancellationToken;

use chunks::{Chunk, Chunks};
use merge::Logs;

/// How often it is looked for new lines.
const POLL: Duration = Duration::from_millis(200);

/// After how many looks without a new line it is asked whether the topology is still
/// there.
const IDLE: u32 = 5;

/// The lines of a submission of a topology that fit the query, one JSON document a line, in pieces of
/// whole lines. If the query says `follow`, it ends when `is_there` says that the
/// topology is gone, or when `ending` is cancelled.
pub fn stream<F, There>(
    data: &DataDir,
    topology: &str,
    submission: u32,
    query: LogQuery,
    is_there: F,
    ending: CancellationToken,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static
where
    F: Fn() -> There + Send + 'static,
    There: Future<Output = bool> + Send + 'static,
{
    let logs = Logs::new(data.logs(topology, submission), query.worker);
    let follow = query.follow.then_some(Follow {
        is_there,
        ending,
        idle: 0,
    });
    let state = State {
        chunks: Some(Chunks::new(logs, query)),
        follow,
    };
    unfold(state, State::next)
}

struct State<F> {
    /// `None` at the end.
    chunks: Option<Chunks>,
    /// `None` if the end of what is there is the end.
    follow: Option<Follow<F>>,
}

struct Follow<F> {
    is_there: F,
    ending: CancellationToken,
    idle: u32,
}

impl<F, There> State<F>
where
    F: Fn() -> There + Send + 'static,
    There: Future<Output = bool> + Send + 'static,
{
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        loop {
            let mut chunks = self.chunks.take()?;
            // Files block, and what is read before a line fits can be long.
            let read = tokio::task::spawn_blocking(move || {
                let chunk = chunks.read();
                (chunk, chunks)
            });
            let (Chunk { bytes, at_end }, chunks) = match read.await {
                Ok(read) => read,
                Err(error) => return Some((Err(io::Error::other(error)), self)),
            };
            if !at_end {
                self.chunks = Some(chunks);
            } else if let Some(mut follow) = self.follow.take() {
                self.chunks = Some(chunks);
                if !bytes.is_empty() {
                    follow.idle = 0;
                    self.follow = Some(follow);
                } else if follow.wait().await {
                    self.follow = Some(follow);
                }
                // Else what was written last is read, and then it is over.
            }
            if !bytes.is_empty() {
                return Some((Ok(Bytes::from(bytes)), self));
            }
        }
    }
}

impl<F, There> Follow<F>
where
    F: Fn() -> There,
    There: Future<Output = bool>,
{
    /// Waits until it is time to look again. False: it is not worth it any more.
    async fn wait(&mut self) -> bool {
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = self.ending.cancelled() => return false,
        }
        self.idle += 1;
        if self.idle < IDLE {
            return true;
        }
        self.idle = 0;
        (self.is_there)().await
    }
}

#[cfg(test)]
mod tests;
