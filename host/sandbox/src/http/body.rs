//! Bodies of a bounded length, and of servers that do not fall silent.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;
use wasmtime_wasi_http::Error;

/// A body of at most so many bytes. One that goes on ends with an error.
pub(super) struct Bounded<B> {
    inner: B,
    left: u64,
    /// What to say of one that goes on; `None`: it was said.
    over: Option<Box<dyn FnOnce() -> Error + Send>>,
    /// How long it may say nothing while somebody waits for it.
    silence: Option<Duration>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<B> Bounded<B> {
    pub(super) fn new(inner: B, most: u64, over: impl FnOnce() -> Error + Send + 'static) -> Self {
        Self {
            inner,
            left: most,
            over: Some(Box::new(over)),
            silence: None,
            alarm: None,
        }
    }

    /// The same, which ends with an error if it says nothing for so long.
    pub(super) fn silent_at_most(mut self, time: Duration) -> Self {
        self.silence = Some(time);
        self
    }
}

impl<B> Body for Bounded<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Error>,
{
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if this.over.is_none() {
            return Poll::Ready(None);
        }
        let frame = match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                let Some(silence) = this.silence else {
                    return Poll::Pending;
                };
                let alarm = this
                    .alarm
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep(silence)));
                ready!(alarm.as_mut().poll(cx));
                this.over = None;
                return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
            }
        };
        this.alarm = None;
        let frame = match frame {
            None => return Poll::Ready(None),
            Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
            Some(Ok(frame)) => frame,
        };
        let length = frame.data_ref().map_or(0, Bytes::len) as u64;
        match this.left.checked_sub(length) {
            Some(left) => {
                this.left = left;
                Poll::Ready(Some(Ok(frame)))
            }
            None => Poll::Ready(this.over.take().map(|over| Err(over()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.over.is_none() || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::convert::Infallible;

    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;

    fn body(chunks: &[usize]) -> impl Body<Data = Bytes, Error = Infallible> + Unpin + use<> {
        let frames: Vec<_> = chunks
            .iter()
            .map(|length| Ok(Frame::data(Bytes::from(vec![7; *length]))))
            .collect();
        StreamBody::new(futures_util::stream::iter(frames))
    }

    fn bounded(chunks: &[usize]) -> impl Body<Data = Bytes, Error = Error> + Unpin + use<> {
        Bounded::new(body(chunks), 10, || Error::HttpResponseBodySize(Some(10)))
    }

    #[tokio::test]
    async fn a_body_may_be_as_long_as_it_may() {
        for chunks in [&[][..], &[10], &[0, 4, 6, 0]] {
            let collected = bounded(chunks).collect().await.unwrap();
            assert_eq!(collected.to_bytes().len(), chunks.iter().sum::<usize>());
        }
    }

    #[tokio::test]
    async fn one_byte_more_is_an_error_and_the_end() {
        for chunks in [&[11][..], &[4, 7, 100], &[10, 1]] {
            let mut body = bounded(chunks);
            let mut read = 0;
            let error = loop {
                match body.frame().await.unwrap() {
                    Ok(frame) => read += frame.into_data().unwrap().len(),
                    Err(error) => break error,
                }
            };
            assert!(matches!(error, Error::HttpResponseBodySize(Some(10))));
            assert!(read <= 10);
            assert!(body.frame().await.is_none());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_not_waited_for() {
        let silent = StreamBody::new(futures_util::stream::pending::<
            Result<Frame<Bytes>, Infallible>,
        >());
        let time = Duration::from_secs(3);
        let start = tokio::time::Instant::now();
        let body = Bounded::new(silent, 10, || Error::HttpResponseBodySize(None));
        let error = body.silent_at_most(time).collect().await.unwrap_err();
        assert!(matches!(error, Error::ConnectionReadTimeout));
        assert_eq!(start.elapsed(), time);
    }
}
