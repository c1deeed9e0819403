//! The body of a request must keep coming.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// So much of a body, in bytes, must come ...
const LEAST: u64 = 32 << 10;
/// ... within this time, in which nothing but the client is waited for; or the rest of it.
const WINDOW: Duration = Duration::from_secs(30);

/// The client does not send.
#[derive(Debug, thiserror::Error)]
#[error(
    "the body of the request comes too slowly: at least {} KiB are expected in {} s", LEAST >> 10,
    WINDOW.as_secs()
)]
struct TooSlow;

/// How fast a body has come: bytes, and the time for which they were waited for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Pace {
    bytes: u64,
    waited: Duration,
}

impl Pace {
    /// How long may be waited for the next bytes.
    fn patience(self) -> Duration {
        WINDOW.saturating_sub(self.waited)
    }

    /// So many bytes came, after so long.
    fn came(&mut self, bytes: u64, waited: Duration) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.waited = self.waited.saturating_add(waited);
        if self.bytes >= LEAST {
            *self = Self::default();
        }
    }
}

/// A body that breaks off when it comes too slowly.
pub(in crate::api) struct Paced {
    body: Body,
    pace: Pace,
    /// Since when it is waited for the next bytes, and how long at most.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    broken: bool,
}

impl Paced {
    pub(in crate::api) fn body(body: Body) -> Body {
        Body::new(Self {
            body,
            pace: Pace::default(),
            waiting: None,
            broken: false,
        })
    }
}

impl http_body::Body for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if this.broken {
            return Poll::Ready(None);
        }
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            let waited = this.waiting.take().map(|(since, _)| since.elapsed());
            if let Some(Ok(frame)) = &frame {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                this.pace.came(bytes, waited.unwrap_or_default());
            }
            return Poll::Ready(frame);
        }
        let patience = this.pace.patience();
        let (_, end) = this.waiting.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + patience)))
        });
        ready!(end.as_mut().poll(context));
        this.broken = true;
        Poll::Ready(Some(Err(axum::Error::new(TooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.broken || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use futures_util::{StreamExt as _, stream};
    use tokio::time::sleep;

    use super::*;

    /// A body of so many parts of so many bytes, each after a while.
    fn parts(count: usize, bytes: usize, after: Duration) -> Body {
        Body::from_stream(stream::iter(0..count).then(move |_| async move {
            sleep(after).await;
            Ok::<_, std::io::Error>(Bytes::from(vec![0; bytes]))
        }))
    }

    async fn length(body: Body) -> Result<usize, String> {
        let bytes = axum::body::to_bytes(Paced::body(body), usize::MAX).await;
        bytes
            .map(|bytes| bytes.len())
            .map_err(|error| error.to_string())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_keeps_coming_may_take_for_ever() {
        let hour = parts(3_600, 2 << 10, Duration::from_secs(1));
        assert_eq!(length(hour).await, Ok(3_600 << 11));
        let pauses = parts(20, 32 << 10, Duration::from_secs(29));
        assert_eq!(length(pauses).await, Ok(20 << 15));
        let small = parts(1, 5, Duration::from_secs(29));
        assert_eq!(length(small).await, Ok(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_now_and_then_is_not_enough() {
        for (bytes, after) in [(1, 1), (1 << 10, 1), (0, 1), (32 << 10, 31)] {
            let begin = Instant::now();
            let body = parts(1_000, bytes, Duration::from_secs(after));
            let error = length(body).await.unwrap_err();
            assert!(error.contains("too slowly"), "{error}");
            assert_eq!(begin.elapsed().as_secs(), 30, "{bytes} bytes");
        }
    }

    /// A disk that is slow is no fault of the client's.
    #[tokio::test(start_paused = true)]
    async fn only_the_client_is_waited_for() {
        let mut body = Paced::body(parts(10, 1 << 10, Duration::from_secs(1))).into_data_stream();
        let mut read = 0;
        while let Some(part) = body.next().await {
            read += part.unwrap().len();
            sleep(Duration::from_mins(10)).await;
        }
        assert_eq!(read, 10 << 10);
    }
}
