//! Standard output and error of an instance.
//!
//! With the grant `stdout` both go to the task's log, which passes them on. Without it
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

use crate::secrets::Masks;
use crate::task_log::{Printed, TaskLog};

/// How much of standard error is told.
const TAIL: usize = 4 << 10;

/// How much may be written at a time.
const PERMIT: usize = 64 << 10;

/// The end of what was written to standard error.
#[derive(Clone)]
pub(crate) struct StderrTail {
    written: Arc<Mutex<Written>>,
    masks: Masks,
}

#[derive(Debug, Default)]
struct Written {
    end: VecDeque<u8>,
    /// Whether something was written before it.
    is_cut: bool,
}

impl StderrTail {
    /// Nothing was written yet; `masks`: what must not be shown.
    pub(crate) fn new(masks: Masks) -> Self {
        Self {
            written: Arc::default(),
            masks,
        }
    }

    /// Whether nothing was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.written.lock().end.is_empty()
    }

    /// Forgets what was written.
    pub(crate) fn clear(&self) {
        *self.written.lock() = Written::default();
    }

    /// The end of what was written, trimmed and without secrets. Nothing in it is escaped.
    pub(crate) fn text(&self) -> String {
        let (bytes, is_cut) = {
            let written = self.written.lock();
            let bytes: Vec<u8> = written.end.iter().copied().collect();
            (bytes, written.is_cut)
        };
        if !is_cut {
            let text = String::from_utf8_lossy(&bytes);
            return self.masks.apply(&text).trim().to_owned();
        }
        // The last bytes of a character that was cut, which may be one of a secret.
        let is_rest = |byte: &&u8| (0x80..0xc0).contains(*byte);
        let rest = bytes.iter().take_while(is_rest).count();
        let text = String::from_utf8_lossy(bytes.get(rest..).unwrap_or_default());
        let whole = text.get(self.masks.after_a_cut(&text)..);
        self.masks
            .apply(whole.unwrap_or_default())
            .trim()
            .to_owned()
    }

    fn push(&self, bytes: &[u8]) {
        // A secret that was cut is not told, and `TAIL` bytes are to be left.
        let most = TAIL + self.masks.longest();
        let kept = bytes.len().min(most);
        let end = bytes.get(bytes.len() - kept..).unwrap_or_default();
        let mut written = self.written.lock();
        let excess = (written.end.len() + kept).saturating_sub(most);
        written.is_cut |= excess > 0 || kept < bytes.len();
        written.end.drain(..excess);
        written.end.extend(end);
    }
}

/// Standard output, or standard error.
#[derive(Clone)]
pub(crate) enum Stdio {
    /// Standard output, and whether it is shown.
    Out { log: Arc<TaskLog>, shown: bool },
    /// Standard error.
    Err(Option<Arc<TaskLog>>, StderrTail),
}

impl Stdio {
    fn accept(&self, bytes: &[u8]) {
        match self {
            Self::Out { log, shown: true } => log.print(Printed::Out, bytes),
            Self::Out { .. } if bytes.is_empty() => {}
            Self::Out { log, shown: false } => log.output_is_discarded(),
            Self::Err(log, tail) => {
                tail.push(bytes);
                if let Some(log) = log {
                    log.print(Printed::Err, bytes);
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
    use crate::secrets::masks_of;

    #[test]
    fn the_end_of_standard_error_is_kept() {
        let tail = StderrTail::new(Masks::default());
        for line in 0..10_000 {
            tail.push(format!("{line}\n").as_bytes());
        }
        let text = tail.text();
        assert!(text.len() <= TAIL && text.ends_with("\n9999"));
        tail.push(&vec![b'x'; 3 * TAIL]);
        assert_eq!(tail.text(), "x".repeat(TAIL));
        assert!(!tail.is_empty());
        tail.clear();
        assert!(tail.is_empty());
        assert_eq!(tail.text(), "");
    }

    /// The part of a secret after the place where the end begins was shown.
    #[test]
    fn no_part_of_a_secret_is_left_where_the_end_begins() {
        for secret in ["open sesame", "öffne dich, öffne dich", "ababababab"] {
            let tail = StderrTail::new(masks_of(secret));
            for after in TAIL - 40..TAIL + 80 {
                tail.clear();
                // Twice, so that the end may begin in one and be cut in the other.
                let text = format!("{secret}{secret}{}", "x".repeat(after));
                for byte in text.as_bytes() {
                    tail.push(&[*byte]);
                }
                let told = tail.text();
                let rest = told.trim_end_matches('x').replace("[secret A]", "");
                assert_eq!(rest, "", "{secret}, {after} bytes before the end");
                assert!(told.len() > TAIL - 80);
            }
        }
    }

    #[test]
    fn secrets_that_are_told_as_names_leave_no_room_for_what_was_before() {
        let secret: String = (0..100).map(|n| format!("open {n} ")).collect();
        let tail = StderrTail::new(masks_of(&secret));
        tail.push(secret.repeat(10).as_bytes());
        let told = tail.text();
        assert!(
            told.starts_with("[secret A]") && !told.contains("open"),
            "{told}"
        );
    }

    #[test]
    fn what_is_no_text_is_marked() {
        let tail = StderrTail::new(Masks::default());
        tail.push(b"\x1b[31mred\n\xff\n");
        assert_eq!(tail.text(), "\u{1b}[31mred\n\u{fffd}");
    }
}
