//! Where what components and the worker itself write goes: the log of the worker.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::api::LogLine;
use stormcell_runtime::Output;
use stormcell_sandbox::LogLevel;

use crate::LogFile;
use crate::lines::Lines;

/// The log of one incarnation of a worker.
///
/// Standard output and error of components become one log line a line; what has no
/// end yet waits for [`finish`](Self::finish).
pub struct LogOutput {
    log: Arc<LogFile>,
    worker: WorkerIncarnation,
    unfinished: Mutex<HashMap<(String, u32, Stream), Lines>>,
}

/// An output of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    const fn level(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

impl LogOutput {
    /// Writes into this log what this incarnation says.
    pub fn new(log: Arc<LogFile>, worker: WorkerIncarnation) -> Self {
        Self {
            log,
            worker,
            unfinished: Mutex::default(),
        }
    }

    /// Writes lines that have no end, as they are.
    pub fn finish(&self) {
        let mut left: Vec<_> = self.unfinished.lock().drain().collect();
        left.sort_by(|(a, _), (b, _)| a.cmp(b));
        for ((component, task, stream), mut lines) in left {
            if let Some(text) = lines.rest() {
                self.write(Some(component), Some(task), stream.level(), text);
            }
        }
    }

    /// Writes one line. `None`: the worker itself says it.
    pub(crate) fn write(
        &self,
        component: Option<String>,
        task: Option<u32>,
        level: &str,
        message: String,
    ) {
        self.log.write(LogLine {
            at: now(),
            worker: Some(self.worker.worker),
            incarnation: Some(self.worker.number),
            component,
            task,
            level: level.to_owned(),
            message,
        });
    }

    fn take(&self, component: &str, task: u32, stream: Stream, bytes: &[u8]) {
        let mut unfinished = self.unfinished.lock();
        let lines = unfinished
            .entry((component.to_owned(), task, stream))
            .or_default();
        lines.push(bytes, |text| {
            self.write(Some(component.to_owned()), Some(task), stream.level(), text);
        });
    }
}

impl Output for LogOutput {
    fn log(&self, component: &str, task: u32, level: LogLevel, message: &str) {
        let level = match level {
            LogLevel::Trace => "trace",
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        };
        self.write(
            Some(component.to_owned()),
            Some(task),
            level,
            message.to_owned(),
        );
    }

    fn logs_output(&self) -> bool {
        true
    }

    fn stdout(&self, component: &str, task: u32, bytes: &[u8]) {
        self.take(component, task, Stream::Stdout, bytes);
    }

    fn stderr(&self, component: &str, task: u32, bytes: &[u8]) {
        self.take(component, task, Stream::Stderr, bytes);
    }
}

impl fmt::Debug for LogOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogOutput")
            .field("path", &self.log.path())
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}

/// Milliseconds since 1970, for people. Nothing is decided by it.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests;
