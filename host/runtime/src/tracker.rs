//! The shared ledgers: one for each spout task, in the process of the task.
//!
//! Bolts tell a ledger at the end of each call, in one go, and wake its spout if
//! rows have settled. Nothing else goes from a bolt back to a spout.

use parking_lot::{Mutex, MutexGuard};
use stormcell_acking::{FailReason, Ledger, RootId, Update};
use tokio::sync::Notify;

/// The ledger of one spout task and the bell of the task.
#[derive(Debug)]
pub(crate) struct Tracker {
    ledger: Mutex<Ledger>,
    settled: Notify,
}

impl Tracker {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self {
            ledger: Mutex::new(ledger),
            settled: Notify::new(),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock()
    }

    /// Waits until rows may have settled since the last call.
    pub(crate) async fn settled(&self) {
        self.settled.notified().await;
    }

    fn change(&self, change: impl FnOnce(&mut Ledger)) {
        let mut ledger = self.ledger.lock();
        let before = ledger.settled();
        change(&mut ledger);
        let wake = ledger.settled() > before;
        drop(ledger);
        if wake {
            self.settled.notify_one();
        }
    }
}

/// All ledgers of a topology, by the index of the spout task.
#[derive(Debug, Default)]
pub(crate) struct Trackers(pub(crate) Vec<std::sync::Arc<Tracker>>);

impl Trackers {
    fn of(&self, root: RootId) -> Option<&Tracker> {
        self.0.get(root.spout() as usize).map(AsRef::as_ref)
    }

    /// Gives the updates of one call to their ledgers.
    pub(crate) fn update(&self, updates: &[Update]) {
        for run in updates.chunk_by(|a, b| a.root.spout() == b.root.spout()) {
            if let Some(tracker) = run.first().and_then(|update| self.of(update.root)) {
                tracker.change(|ledger| ledger.update_all(run));
            }
        }
    }

    /// Fails the tree of a root.
    pub(crate) fn fail(&self, root: RootId, reason: FailReason) {
        if let Some(tracker) = self.of(root) {
            tracker.change(|ledger| ledger.fail(root, reason));
        }
    }

    /// Starts the time-out of a root again.
    pub(crate) fn extend(&self, root: RootId) {
        if let Some(tracker) = self.of(root) {
            tracker.change(|ledger| ledger.extend(root));
        }
    }
}
