//! So much a second: what is above waits.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// What may be used at once by who used nothing before: what there is in this time.
const BURST: Duration = Duration::from_secs(1);

/// A number of something a second.
#[derive(Debug)]
pub(crate) struct Pace {
    per_second: AtomicU64,
    /// Until when all is used, if it is used evenly.
    used_until: Mutex<Option<Instant>>,
}

impl Pace {
    /// So much a second; at least one.
    pub(crate) fn new(per_second: u64) -> Self {
        Self {
            per_second: AtomicU64::new(per_second.max(1)),
            used_until: Mutex::new(None),
        }
    }

    /// So much a second from now on, at least one. What was used stays used.
    pub(crate) fn set_per_second(&self, per_second: u64) {
        self.per_second.store(per_second.max(1), Ordering::Relaxed);
    }

    /// When there is something left; `None`: now.
    fn left_at(&self, now: Instant) -> Option<Instant> {
        left_at(*self.used_until.lock(), now)
    }

    /// Uses so much, and more than there is left if need be.
    fn spend(&self, amount: u64, now: Instant) {
        let mut used_until = self.used_until.lock();
        *used_until = Some(self.after(*used_until, amount, now));
    }

    /// Uses one, if there is something left; else says when there is.
    fn take_one(&self, now: Instant) -> Result<(), Instant> {
        let mut used_until = self.used_until.lock();
        match left_at(*used_until, now) {
            Some(at) => Err(at),
            None => {
                *used_until = Some(self.after(*used_until, 1, now));
                Ok(())
            }
        }
    }

    /// Until when all is used, if so much more is.
    fn after(&self, used_until: Option<Instant>, amount: u64, now: Instant) -> Instant {
        let nanos = u128::from(amount) * 1_000_000_000
            / u128::from(self.per_second.load(Ordering::Relaxed));
        let time = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let start = used_until.map_or(now, |until| until.max(now));
        start.checked_add(time).unwrap_or(start)
    }

    /// Waits until there is one, and uses it.
    pub(super) async fn one(&self) {
        while let Err(at) = self.take_one(Instant::now()) {
            tokio::time::sleep_until(at).await;
        }
    }
}

/// When there is something left; `None`: now.
fn left_at(used_until: Option<Instant>, now: Instant) -> Option<Instant> {
    let ahead = used_until?.saturating_duration_since(now);
    (ahead >= BURST).then(|| now + (ahead - BURST) + Duration::from_nanos(1))
}

/// A connection whose bytes of both directions are paced.
pub(super) struct Paced<S> {
    inner: S,
    pace: Arc<Pace>,
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Paced<S> {
    pub(super) fn new(inner: S, pace: Arc<Pace>) -> Self {
        Self {
            inner,
            pace,
            reading: None,
            writing: None,
        }
    }
}

/// Waits until there is something left.
fn turn(pace: &Pace, waiting: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> Poll<()> {
    loop {
        if let Some(sleep) = waiting {
            ready!(sleep.as_mut().poll(cx));
            *waiting = None;
        }
        match pace.left_at(Instant::now()) {
            None => return Poll::Ready(()),
            Some(at) => *waiting = Some(Box::pin(tokio::time::sleep_until(at))),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = &mut *self;
        ready!(turn(&this.pace, &mut this.reading, cx));
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buffer))?;
        let read = buffer.filled().len().saturating_sub(before);
        this.pace.spend(read as u64, Instant::now());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let this = &mut *self;
        ready!(turn(&this.pace, &mut this.writing, cx));
        let written = ready!(Pin::new(&mut this.inner).poll_write(cx, bytes))?;
        this.pace.spend(written as u64, Instant::now());
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_above_waits() {
        let pace = Pace::new(10);
        let start = Instant::now();
        for _ in 0..10 {
            pace.one().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO, "a second's worth at once");
        for _ in 0..30 {
            pace.one().await;
        }
        let time = start.elapsed();
        assert!((2_900..3_100).contains(&time.as_millis()), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_of_all_connections_count_together() {
        let pace = Arc::new(Pace::new(1_000));
        let start = Instant::now();
        let mut tasks = Vec::new();
        for _ in 0..2 {
            let (here, mut there) = tokio::io::duplex(100);
            let mut here = Paced::new(here, Arc::clone(&pace));
            tasks.push(tokio::spawn(async move {
                let sent = async {
                    there.write_all(&[7; 3_000]).await.unwrap();
                    drop(there);
                };
                let mut all = Vec::new();
                let (_, read) = tokio::join!(sent, here.read_to_end(&mut all));
                assert_eq!(read.unwrap(), 3_000);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let time = start.elapsed();
        assert!((4_900..5_300).contains(&time.as_millis()), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_sent_is_paced_as_well() {
        let (here, mut there) = tokio::io::duplex(1 << 20);
        let mut here = Paced::new(here, Arc::new(Pace::new(1_000)));
        let start = Instant::now();
        here.write_all(&[7; 2_000]).await.unwrap();
        here.write_all(&[7; 1_000]).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(1));
        let mut all = [0; 3_000];
        there.read_exact(&mut all).await.unwrap();
    }
}
