//! The sending end of a connection: this worker connects to another to send.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::time::{Instant, sleep};

use crate::codec::{self, CreditFrame, Hello, Kind, Refused, Welcome};
use crate::frames::{FrameReader, invalid};
use crate::members::Members;
use crate::outgoing::{Gone, Outgoing};
use crate::{Inbox, Stream};

/// Small frames are written together, up to so many bytes.
const BUFFER: usize = 64 << 10;

/// So many frames are looked at together.
const BURST: usize = 64;

/// Why a connection ended.
enum Ended {
    /// Nobody listens: the incarnation is dead.
    Dead,
    /// It was there and does not want to be sent to.
    Refused(String),
    /// Anything else. `progress`: something was confirmed over it.
    Broken { error: io::Error, progress: bool },
}

/// Sends what is queued, over one connection after the other, until the incarnation is
/// dead.
pub(crate) async fn send_to(outgoing: Arc<Outgoing>, members: Arc<Members>) {
    let mut pause = Pause::default();
    loop {
        let began = Instant::now();
        match connection(&outgoing, &members).await {
            Ended::Dead => return members.died(outgoing.peer),
            Ended::Refused(reason) => {
                tracing::warn!(
                    worker = outgoing.peer.worker,
                    incarnation = outgoing.peer.number,
                    "another worker does not want a connection; trying again: {reason}"
                );
                sleep(Pause::REFUSED).await;
            }
            Ended::Broken { error, progress } => {
                let (worker, incarnation) = (outgoing.peer.worker, outgoing.peer.number);
                if pause.attempts == Pause::MANY {
                    tracing::warn!(
                        worker,
                        incarnation,
                        "connections to another worker break again and again, or cannot be \
                         made; rows for it wait: {error}"
                    );
                } else {
                    tracing::debug!(
                        worker,
                        incarnation,
                        "the connection to another worker broke; connecting again: {error}"
                    );
                }
                if progress || began.elapsed() >= Pause::LONG {
                    pause = Pause::default();
                }
                pause.pass().await;
            }
        }
    }
}

/// How long to wait before connecting again: not at all after a connection that was
/// good for something, then longer each time.
#[derive(Default)]
struct Pause {
    attempts: u32,
}

impl Pause {
    /// A connection that lasted so long was good for something.
    const LONG: Duration = Duration::from_secs(1);
    /// After so many that were good for nothing, people should know.
    const MANY: u32 = 8;
    const REFUSED: Duration = Duration::from_secs(1);

    /// 0, then 1 ms, doubled each time up to 128 ms.
    fn length(&self) -> Duration {
        match self.attempts {
            0 => Duration::ZERO,
            attempts => Duration::from_millis(1 << (attempts - 1).min(7)),
        }
    }

    async fn pass(&mut self) {
        let length = self.length();
        self.attempts = self.attempts.saturating_add(1);
        if !length.is_zero() {
            sleep(length).await;
        }
    }
}

/// One connection, until it ends.
async fn connection(outgoing: &Outgoing, members: &Members) -> Ended {
    let stream = match members.connect(outgoing.peer).await {
        Ok(stream) => stream,
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => Ended::Dead,
                _ => Ended::Broken {
                    error,
                    progress: false,
                },
            };
        }
    };
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = FrameReader::new(reader);
    let mut progress = false;
    let broken = |error, progress| Ended::Broken { error, progress };
    let hello = members.hello(outgoing.peer);
    let next = match greet(&hello, &mut reader, &mut writer).await {
        Ok(Ok(welcome)) => match outgoing.confirm(welcome.expected) {
            Ok(confirmed) => {
                progress |= confirmed;
                welcome.expected
            }
            Err(error) => return broken(error, progress),
        },
        Ok(Err(refused)) => return Ended::Refused(refused.reason),
        Err(error) => return broken(error, progress),
    };
    let ended = tokio::select! {
        biased;
        ended = write(outgoing, next, writer, &*members.inbox) => ended,
        ended = read(outgoing, reader, &*members.inbox, &mut progress) => ended,
    };
    match ended {
        Ok(never) => match never {},
        Err(error) => broken(error, progress),
    }
}

/// Says who this is.
async fn greet(
    hello: &Hello,
    reader: &mut FrameReader<impl AsyncRead + Unpin>,
    writer: &mut (impl AsyncWrite + Unpin),
) -> io::Result<Result<Welcome, Refused>> {
    writer.write_all(&hello.encode().map_err(invalid)?).await?;
    writer.flush().await?;
    let answer = reader
        .next_up_to(FrameReader::<Box<dyn Stream>>::MAX_GREETING)
        .await?;
    match codec::kind(&answer).map_err(invalid)? {
        Kind::Refused => Ok(Err(Refused::decode(&answer).map_err(invalid)?)),
        _ => Ok(Ok(Welcome::decode(&answer).map_err(invalid)?)),
    }
}

/// Writes frames from this sequence on, as they are queued.
async fn write(
    outgoing: &Outgoing,
    mut next: u64,
    writer: impl AsyncWrite + Unpin,
    inbox: &dyn Inbox,
) -> io::Result<std::convert::Infallible> {
    let mut writer = BufWriter::with_capacity(BUFFER, writer);
    let mut burst = Vec::with_capacity(BURST);
    loop {
        report(inbox, outgoing.take_lost());
        outgoing.frames(next, BURST, &mut burst);
        if burst.is_empty() {
            writer.flush().await?;
            outgoing.wake.notified().await;
        }
        for frame in burst.drain(..) {
            writer.write_all(&frame).await?;
            next += 1;
        }
    }
}

/// Takes in credits.
async fn read(
    outgoing: &Outgoing,
    mut reader: FrameReader<impl AsyncRead + Unpin>,
    inbox: &dyn Inbox,
    progress: &mut bool,
) -> io::Result<std::convert::Infallible> {
    loop {
        let credit = CreditFrame::decode(&reader.next().await?).map_err(invalid)?;
        let (gone, confirmed) = outgoing.credit(&credit)?;
        *progress |= confirmed;
        report(inbox, gone);
    }
}

/// Tells of rows that do not wait any more.
pub(crate) fn report(inbox: &dyn Inbox, gone: Vec<Gone>) {
    for Gone { task, rows, bytes } in gone {
        // They were counted as `usize` when they were sent.
        inbox.taken(task, rows as usize, bytes as usize);
    }
}
