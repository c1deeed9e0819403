//! Standard output and error of an instance.
//!
//! With the grant `stdout` both go to the task's sink as they come. Without it
//! output is discarded, but the end of what was written to standard error in a
//! call is kept: language runtimes print why they give up (a panic message, a
//! traceback) before they do, and a fault that says so is worth ten that do not.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use parking_lot::Mutex;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::TaskSink;

/// How much of standard error is kept.
const TAIL: usize = 4 << 10;

/// How much may be written at a time.
const PERMIT: usize = 64 << 10;

/// The end of what was written to standard error.
#[derive(Debug, Clone, Default)]
pub(crate) struct StderrTail(Arc<Mutex<VecDeque<u8>>>);

impl StderrTail {
    /// Forgets what was written.
    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }

    /// What was written, as far as it is kept, trimmed. Nothing in it is escaped: secrets
    /// are found only in what was written.
    pub(crate) fn text(&self) -> String {
        let bytes: Vec<u8> = self.0.lock().iter().copied().collect();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }

    fn push(&self, bytes: &[u8]) {
        let kept = bytes.len().min(TAIL);
        let bytes = bytes.get(bytes.len() - kept..).unwrap_or_default();
        let mut tail = self.0.lock();
        let excess = (tail.len() + kept).saturating_sub(TAIL);
        tail.drain(..excess);
        tail.extend(bytes);
    }
}

/// Standard output, or standard error.
#[derive(Clone)]
pub(crate) enum Stdio {
    /// Standard output.
    Out(Option<Arc<dyn TaskSink>>),
    /// Standard error.
    Err(Option<Arc<dyn TaskSink>>, StderrTail),
}

impl Stdio {
    fn accept(&self, bytes: &[u8]) {
        match self {
            Self::Out(Some(sink)) => sink.stdout(bytes),
            Self::Out(None) => {}
            Self::Err(sink, tail) => {
                tail.push(bytes);
                if let Some(sink) = sink {
                    sink.stderr(bytes);
                }
            }
        }
    }
}

impl IsTerminal for Stdio {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stdio {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Stdio {
    async fn ready(&mut self) {}
}

impl OutputStream for Stdio {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.accept(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

impl AsyncWrite for Stdio {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.accept(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_standard_error_is_kept() {
        let tail = StderrTail::default();
        for line in 0..10_000 {
            tail.push(format!("{line}\n").as_bytes());
        }
        let text = tail.text();
        assert!(text.len() <= TAIL && text.ends_with("\n9999"));
        tail.push(&vec![b'x'; 3 * TAIL]);
        assert_eq!(tail.text(), "x".repeat(TAIL));
        tail.clear();
        assert_eq!(tail.text(), "");
    }

    #[test]
    fn what_is_no_text_is_marked() {
        let tail = StderrTail::default();
        tail.push(b"\x1b[31mred\n\xff\n");
        assert_eq!(tail.text(), "\u{1b}[31mred\n\u{fffd}");
    }
}
