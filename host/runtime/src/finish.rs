//! When a topology has nothing left to do: every spout has ended, every tree is
//! settled, and no row is on its way.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;

/// How the task of a spout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SpoutState {
    /// Its source has ended.
    pub(crate) ended: bool,
    /// It emits no new rows, none is to be emitted again, and every tree is settled.
    pub(crate) settled: bool,
    /// Settled, and it will emit nothing more unless it is told to.
    pub(crate) finished: bool,
}

/// Counts the spout tasks that are not finished, and what spouts emitted.
#[derive(Debug)]
pub(crate) struct Finish {
    unended: AtomicUsize,
    unsettled: AtomicUsize,
    unfinished: AtomicUsize,
    changed: Notify,
    emitted: AtomicU64,
    tracked: AtomicU64,
    began: Mutex<Option<Instant>>,
    ended: Mutex<Option<Instant>>,
}

impl Finish {
    pub(crate) fn new() -> Self {
        Self {
            unended: AtomicUsize::new(0),
            unsettled: AtomicUsize::new(0),
            unfinished: AtomicUsize::new(0),
            changed: Notify::new(),
            emitted: AtomicU64::new(0),
            tracked: AtomicU64::new(0),
            began: Mutex::new(None),
            ended: Mutex::new(None),
        }
    }

    /// A spout task is there. It stands as [`SpoutState::default`] says.
    pub(crate) fn join(&self) {
        self.unended.fetch_add(1, Ordering::SeqCst);
        self.unsettled.fetch_add(1, Ordering::SeqCst);
        self.unfinished.fetch_add(1, Ordering::SeqCst);
    }

    /// A spout task is gone that stood like this.
    pub(crate) fn leave(&self, state: SpoutState) {
        let gone = SpoutState {
            ended: true,
            settled: true,
            finished: true,
        };
        self.change(state, gone);
    }

    /// A spout task stands in another way than before.
    pub(crate) fn change(&self, before: SpoutState, now: SpoutState) {
        let count = |counter: &AtomicUsize, before: bool, now: bool| match (before, now) {
            (false, true) => {
                counter.fetch_sub(1, Ordering::SeqCst);
            }
            (true, false) => {
                counter.fetch_add(1, Ordering::SeqCst);
            }
            _ => {}
        };
        count(&self.unended, before.ended, now.ended);
        count(&self.unsettled, before.settled, now.settled);
        count(&self.unfinished, before.finished, now.finished);
        if now.finished && !before.finished {
            self.changed.notify_one();
        }
    }

    /// Whether the source of every spout task has ended.
    pub(crate) fn spouts_ended(&self) -> bool {
        self.unended.load(Ordering::SeqCst) == 0
    }

    /// Whether every spout task is settled.
    pub(crate) fn spouts_settled(&self) -> bool {
        self.unsettled.load(Ordering::SeqCst) == 0
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

    /// Of rows that were emitted for the first time, these will be acked or fail.
    pub(crate) fn tracked(&self, rows: usize) {
        self.tracked.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// Rows may be emitted. Only the first time counts.
    pub(crate) fn begin(&self) {
        self.began.lock().get_or_insert_with(Instant::now);
    }

    /// Nothing more happens.
    pub(crate) fn end(&self) {
        *self.ended.lock() = Some(Instant::now());
    }

    /// Rows emitted by spouts for the first time.
    pub(crate) fn rows_emitted(&self) -> u64 {
        self.emitted.load(Ordering::Relaxed)
    }

    /// Rows emitted by spouts for the first time that are acked or fail, now or later.
    pub(crate) fn rows_tracked(&self) -> u64 {
        self.tracked.load(Ordering::Relaxed)
    }

    /// How long the topology has been running, or ran.
    pub(crate) fn elapsed(&self) -> Duration {
        let until = self.ended.lock().unwrap_or_else(Instant::now);
        let began = *self.began.lock();
        began.map_or(Duration::ZERO, |began| {
            until.saturating_duration_since(began)
        })
    }
}
