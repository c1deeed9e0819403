//! Where what components write goes.
//!
//! Whole lines: what two tasks print at once is not mixed within a line. A line
//! that grows longer than a bound is passed on in pieces.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use stormcell_runtime::{Control, Output};
use stormcell_sandbox::LogLevel;

use crate::console::Console;
use crate::logging;

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
            self.console.write_stderr(bytes);
            return;
        }
        self.printed.store(true, Ordering::Relaxed);
        let result = self.console.progress.suspend(|| {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        });
        if result.is_err() {
            // Nobody reads any more; the summary meets the same error and says
            // so if it is worth saying.
            self.control.stop();
        }
    }
}

impl Output for Sink {
    fn log(&self, component: &str, task: u32, level: LogLevel, message: &str) {
        /// The level of an event must be known when it is compiled.
        macro_rules! log {
            ($($level:ident),*) => {
                match level {
                    $(LogLevel::$level => tracing::event!(
                        target: logging::COMPONENT,
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
