//! Where what components write goes.
//!
//! Whole lines: what two tasks print at once is not mixed within a line. A line
//! that grows longer than a bound is passed on in pieces.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use stormcell_runtime::{Control, Output};
use stormcell_sandbox::LogLevel;
use stormcell_topology::plain_text;

use crate::console::Console;

/// The longest line that is kept together, in bytes.
const MAX_LINE: usize = 64 << 10;

/// An output of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Stream {
    Stdout,
    Stderr,
}

type Lines = HashMap<(String, u32, Stream), Vec<u8>>;

/// Standard output goes to standard output (with `--output json` to standard
/// error), standard error to standard error, and log lines to the log.
pub(super) struct Sink {
    console: Console,
    control: Control,
    lines: Mutex<Lines>,
    printed: AtomicBool,
}

impl Sink {
    pub(super) fn new(console: Console, control: Control) -> Self {
        Self {
            console,
            control,
            lines: Mutex::default(),
            printed: AtomicBool::new(false),
        }
    }

    /// Whether anything went to standard output.
    pub(super) fn has_printed(&self) -> bool {
        self.printed.load(Ordering::Relaxed)
    }

    /// Passes on lines that have no end, and ends them.
    pub(super) fn finish(&self) {
        let mut left: Vec<_> = self.lines().drain().collect();
        left.sort();
        for ((_, _, stream), mut line) in left {
            if !line.is_empty() {
                line.push(b'\n');
                self.write(stream, &line);
            }
        }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, component: &str, task: u32, stream: Stream, bytes: &[u8]) {
        let mut lines = self.lines();
        let line = lines
            .entry((component.to_owned(), task, stream))
            .or_default();
        line.extend_from_slice(bytes);
        let whole = match line.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if line.len() > MAX_LINE => line.len(),
            None => return,
        };
        let whole: Vec<u8> = line.drain(..whole).collect();
        self.write(stream, &whole);
    }

    fn write(&self, stream: Stream, bytes: &[u8]) {
        if stream == Stream::Stderr || self.console.json {
            self.console
                .write_stderr(&passed_on(bytes, self.console.interactive));
            return;
        }
        self.printed.store(true, Ordering::Relaxed);
        let result = self.console.progress.suspend(|| {
            let mut stdout = io::stdout().lock();
            let bytes = passed_on(bytes, stdout.is_terminal());
            stdout.write_all(&bytes).and_then(|()| stdout.flush())
        });
        if result.is_err() {
            // Nobody reads any more; the summary meets the same error and says
            // so if it is worth saying.
            self.control.stop();
        }
    }
}

/// What a component printed, as it is passed on: as it is, but to a terminal only what that
/// shows and does not obey.
fn passed_on(bytes: &[u8], to_terminal: bool) -> Cow<'_, [u8]> {
    match to_terminal {
        true => {
            let text = String::from_utf8_lossy(bytes);
            Cow::Owned(plain_text::lines(&text).into_owned().into_bytes())
        }
        false => Cow::Borrowed(bytes),
    }
}

impl Output for Sink {
    fn log(&self, component: &str, task: u32, level: LogLevel, message: &str) {
        /// The level of an event must be known when it is compiled.
        macro_rules! log {
            ($($level:ident),*) => {
                match level {
                    $(LogLevel::$level => tracing::event!(
                        target: stormcell_logging::COMPONENT,
                        log!(@ $level),
                        component,
                        task,
                        "{message}"
                    ),)*
                }
            };
            (@ Trace) => { tracing::Level::TRACE };
            (@ Debug) => { tracing::Level::DEBUG };
            (@ Info) => { tracing::Level::INFO };
            (@ Warn) => { tracing::Level::WARN };
            (@ Error) => { tracing::Level::ERROR };
        }
        log!(Trace, Debug, Info, Warn, Error);
    }

    fn stdout(&self, component: &str, task: u32, bytes: &[u8]) {
        self.take(component, task, Stream::Stdout, bytes);
    }

    fn stderr(&self, component: &str, task: u32, bytes: &[u8]) {
        self.take(component, task, Stream::Stderr, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_terminal_gets_something_else_than_what_was_printed() {
        let printed = b"\x1b[2Jone\xff\n";
        assert_eq!(*passed_on(printed, false), *printed);
        let shown = passed_on(printed, true);
        assert_eq!(String::from_utf8_lossy(&shown), "\\u{1b}[2Jone\u{fffd}\n");
    }
}
