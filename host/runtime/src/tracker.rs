//! The shared ledgers: one for each spout task, in the process of the task.
//!
//! Bolts tell a ledger at the end of each call, in one go, and wake its spout if
//! rows have settled. What is for a spout task of another worker goes there over
//! the link. Nothing else goes from a bolt back to a spout.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use stormcell_acking::{FailReason, Ledger, RootId, Update};
use stormcell_links::Link;
use tokio::sync::Notify;

use crate::peers::Peers;

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

    /// Changes the ledger, and wakes the task if rows have settled.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Ledger)) {
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

/// Where the ledger of a spout task is.
#[derive(Debug, Clone)]
pub(crate) enum LedgerPlace {
    /// In this process.
    Here(Arc<Tracker>),
    /// In another worker.
    There(Arc<Link>),
}

/// All ledgers of a topology, by the index of the spout task.
#[derive(Debug, Default)]
pub(crate) struct Trackers {
    /// Those of the spout tasks, and then one a worker for dead letters that are replayed.
    ledgers: Vec<LedgerPlace>,
    /// How many are those of spout tasks.
    spouts: usize,
    peers: Option<Arc<Peers>>,
}

impl Trackers {
    /// The ledgers of a process: those of the spout tasks, and those of dead letters that
    /// are replayed; `peers` if there are other workers.
    pub(crate) fn new(
        mut ledgers: Vec<LedgerPlace>,
        replays: Vec<LedgerPlace>,
        peers: Option<Arc<Peers>>,
    ) -> Self {
        let spouts = ledgers.len();
        ledgers.extend(replays);
        Self {
            ledgers,
            spouts,
            peers,
        }
    }

    /// The ledger of dead letters that this process replays; `None`: there are too many
    /// spout tasks for one more.
    pub(crate) fn replays(&self) -> Option<&Arc<Tracker>> {
        let replays = self.ledgers.get(self.spouts..)?;
        replays.iter().find_map(|place| match place {
            LedgerPlace::Here(tracker) => Some(tracker),
            LedgerPlace::There(_) => None,
        })
    }

    /// Whether this is the root of a dead letter that is replayed.
    pub(crate) fn is_replay(&self, root: RootId) -> bool {
        root.spout() as usize >= self.spouts
    }

    /// The ledgers that are in this process.
    pub(crate) fn here(&self) -> impl Iterator<Item = &Tracker> {
        self.ledgers.iter().filter_map(|place| match place {
            LedgerPlace::Here(tracker) => Some(tracker.as_ref()),
            LedgerPlace::There(_) => None,
        })
    }

    fn of(&self, root: RootId) -> Option<&LedgerPlace> {
        self.ledgers.get(root.spout() as usize)
    }

    /// Gives the updates of one call to their ledgers.
    pub(crate) fn update(&self, updates: &[Update]) {
        let mut elsewhere: Vec<(&Arc<Link>, Vec<Update>)> = Vec::new();
        for run in updates.chunk_by(|a, b| a.root.spout() == b.root.spout()) {
            match run.first().and_then(|update| self.of(update.root)) {
                Some(LedgerPlace::Here(tracker)) => {
                    tracker.change(|ledger| ledger.update_all(run));
                }
                Some(LedgerPlace::There(link)) => {
                    match elsewhere.iter_mut().find(|(to, _)| Arc::ptr_eq(to, link)) {
                        Some((_, updates)) => updates.extend_from_slice(run),
                        None => elsewhere.push((link, run.to_vec())),
                    }
                }
                None => {}
            }
        }
        for (link, updates) in elsewhere {
            if let Some(peers) = &self.peers {
                link.send_owed(peers.owed(updates));
            }
        }
    }

    /// Fails the trees of roots.
    pub(crate) fn fail(&self, roots: impl IntoIterator<Item = RootId>, reason: FailReason) {
        self.each(
            roots,
            |ledger, root| ledger.fail(root, reason),
            |owed, root| owed.failed.push((root, reason)),
        );
    }

    /// Starts the time-outs of roots again.
    pub(crate) fn extend(&self, roots: impl IntoIterator<Item = RootId>) {
        self.each(roots, Ledger::extend, |owed, root| owed.extended.push(root));
    }

    /// Applies what another worker sent; what is not for a ledger here is ignored.
    pub(crate) fn apply(
        &self,
        updates: &[Update],
        failed: &[(RootId, FailReason)],
        extended: &[RootId],
    ) {
        let here = |root: RootId| match self.of(root) {
            Some(LedgerPlace::Here(tracker)) => Some(tracker),
            _ => None,
        };
        for run in updates.chunk_by(|a, b| a.root.spout() == b.root.spout()) {
            if let Some(tracker) = run.first().and_then(|update| here(update.root)) {
                tracker.change(|ledger| ledger.update_all(run));
            }
        }
        for &(root, reason) in failed {
            if let Some(tracker) = here(root) {
                tracker.change(|ledger| ledger.fail(root, reason));
            }
        }
        for &root in extended {
            if let Some(tracker) = here(root) {
                tracker.change(|ledger| ledger.extend(root));
            }
        }
    }

    /// Does something about each root, here or elsewhere.
    fn each(
        &self,
        roots: impl IntoIterator<Item = RootId>,
        here: impl Fn(&mut Ledger, RootId),
        there: impl Fn(&mut stormcell_links::Owed, RootId),
    ) {
        let mut elsewhere: Vec<(&Arc<Link>, stormcell_links::Owed)> = Vec::new();
        for root in roots {
            match self.of(root) {
                Some(LedgerPlace::Here(tracker)) => tracker.change(|ledger| here(ledger, root)),
                Some(LedgerPlace::There(link)) => {
                    let known = elsewhere.iter().position(|(to, _)| Arc::ptr_eq(to, link));
                    let at = known.unwrap_or_else(|| {
                        elsewhere.push((link, stormcell_links::Owed::default()));
                        elsewhere.len() - 1
                    });
                    there(&mut elsewhere[at].1, root);
                }
                None => {}
            }
        }
        for (link, owed) in elsewhere {
            link.send_owed(owed);
        }
    }
}
