//! Keeps what a component logs, prints and counts.

use std::sync::{Mutex, PoisonError};

use stormcell_sandbox::{LogLevel, TaskSink};

/// What a component has said, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Said {
    pub(super) logs: Vec<(LogLevel, String)>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) counts: Vec<(String, u32)>,
    pub(super) gauges: Vec<(String, f64)>,
}

/// A sink that keeps everything.
#[derive(Default)]
pub(super) struct Recorder(Mutex<Said>);

impl Recorder {
    /// What was said since this was last asked.
    pub(super) fn take(&self) -> Said {
        self.with(std::mem::take)
    }

    fn with<R>(&self, work: impl FnOnce(&mut Said) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TaskSink for Recorder {
    fn log(&self, level: LogLevel, message: &str) {
        self.with(|said| said.logs.push((level, message.to_owned())));
    }

    fn stdout(&self, bytes: &[u8]) {
        self.with(|said| said.stdout.extend_from_slice(bytes));
    }

    fn stderr(&self, bytes: &[u8]) {
        self.with(|said| said.stderr.extend_from_slice(bytes));
    }

    fn count(&self, name: &str, increment: u32) {
        self.with(|said| said.counts.push((name.to_owned(), increment)));
    }

    fn gauge(&self, name: &str, value: f64) {
        self.with(|said| said.gauges.push((name.to_owned(), value)));
    }
}
