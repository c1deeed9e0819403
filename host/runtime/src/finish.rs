//! When a topology has nothing left to do: every spout has ended, every tree is
//! settled, and no row is on its way.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Counts the spout tasks that are not finished, and what spouts emitted.
#[derive(Debug)]
pub(crate) struct Finish {
    unfinished: AtomicUsize,
    changed: Notify,
    emitted: AtomicU64,
    began: Mutex<Instant>,
    ended: Mutex<Option<Instant>>,
}

impl Finish {
    pub(crate) fn new(spout_tasks: usize) -> Self {
        Self {
            unfinished: AtomicUsize::new(spout_tasks),
            changed: Notify::new(),
            emitted: AtomicU64::new(0),
            began: Mutex::new(Instant::now()),
            ended: Mutex::new(None),
        }
    }

    /// A spout task is finished, or is not any more.
    pub(crate) fn spout(&self, finished: bool) {
        if finished {
            self.unfinished.fetch_sub(1, Ordering::SeqCst);
            self.changed.notify_one();
        } else {
            self.unfinished.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Whether every spout task is finished.
    pub(crate) fn spouts_finished(&self) -> bool {
        self.unfinished.load(Ordering::SeqCst) == 0
    }

    /// Waits until a spout task may have finished.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// A spout emitted rows for the first time.
    pub(crate) fn emitted(&self, rows: usize) {
        self.emitted.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// The first rows may be emitted.
    pub(crate) fn begin(&self) {
        *self.began.lock() = Instant::now();
    }

    /// Nothing more happens.
    pub(crate) fn end(&self) {
        *self.ended.lock() = Some(Instant::now());
    }

    /// Rows emitted by spouts for the first time.
    pub(crate) fn rows_emitted(&self) -> u64 {
        self.emitted.load(Ordering::Relaxed)
    }

    /// How long the topology has been running, or ran.
    pub(crate) fn elapsed(&self) -> Duration {
        let until = self.ended.lock().unwrap_or_else(Instant::now);
        until.saturating_duration_since(*self.began.lock())
    }
}
