//! What one task did since its component was last exchanged: what a deployment is
//! judged by.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use stormcell_topology::plain_text::Sentence;

/// The counters of one task.
#[derive(Debug, Default)]
pub(crate) struct TaskCounts {
    rows: AtomicU64,
    failed: AtomicU64,
    faults: AtomicU64,
    /// There are many tasks, and a heartbeat has all of theirs.
    last_error: Mutex<Option<Sentence>>,
}

impl TaskCounts {
    pub(crate) fn rows(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, rows: usize) {
        self.failed.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(crate) fn fault(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn error(&self, text: &str) {
        *self.last_error.lock() = Some(Sentence::from(text));
    }

    /// The status of the task with this id, which runs the component with this digest.
    pub(crate) fn status(
        &self,
        task: u32,
        digest: &str,
    ) -> stormcell_protocol::control::TaskStatus {
        stormcell_protocol::control::TaskStatus {
            task,
            digest: digest.to_owned(),
            rows: self.rows.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            faults: self.faults.load(Ordering::Relaxed),
            last_error: self.last_error.lock().clone().map(Sentence::into_string),
        }
    }
}
