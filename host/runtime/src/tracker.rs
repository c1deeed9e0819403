//! The shared ledgers: one for each spout task, in the process of the task.
//!
//! Bolts tell a ledger at the end of each call, in one go, and wake its spout if
//! rows have settled. What is for a spout task of another worker goes there over
//! the link. Nothing else goes from a bolt back to a spout.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use stormcell_acking::{FailReason, Ledger, RootId, Update};
use stormcell_links::{FailedTree, Link};
use tokio::sync::Notify;

use crate::causes::Causes;
use crate::peers::Peers;

/// The ledger of one spout task and the bell of the task.
#[derive(Debug)]
pub(crate) struct Tracker {
    ledger: Mutex<Ledger>,
    /// Why trees failed. Locked before the ledger, if both are.
    causes: Mutex<Causes>,
    settled: Notify,
}

impl Tracker {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self {
            ledger: Mutex::new(ledger),
            causes: Mutex::default(),
            settled: Notify::new(),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock()
    }

    /// Why trees failed that have settled.
    pub(crate) fn causes(&self) -> MutexGuard<'_, Causes> {
        self.causes.lock()
    }

    /// Fails a tree.
    fn fail(&self, tree: &FailedTree) {
        let (root, reason) = (tree.root, tree.reason);
        let Some(cause) = &tree.cause else {
            self.change(|ledger| ledger.fail(root, reason));
            return;
        };
        // Held until the tree has settled, so that its spout finds the cause.
        let mut causes = self.causes.lock();
        let noted = causes.note(root, cause);
        let failed = self.change(|ledger| ledger.fail(root, reason));
        if noted && !failed {
            causes.take(root);
        }
    }

    /// Has trees time out whose time is over. `causes`: why some of them do.
    pub(crate) fn rotate(&self, causes: impl FnOnce(&Ledger) -> Vec<(RootId, Arc<str>)>) {
        // Held until the trees have settled, so that their spout finds the causes.
        let mut noted = self.causes.lock();
        self.change(|ledger| {
            for (root, cause) in causes(ledger) {
                noted.note(root, &cause);
            }
            ledger.rotate();
        });
    }

    /// Waits until rows may have settled since the last call.
    pub(crate) async fn settled(&self) {
        self.settled.notified().await;
    }

    /// Changes the ledger, and wakes the task if rows have settled. Returns whether they have.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Ledger)) -> bool {
        let mut ledger = self.ledger.lock();
        let before = ledger.settled();
        change(&mut ledger);
        let wake = ledger.settled() > before;
        drop(ledger);
        if wake {
            self.settled.notify_one();
        }
        wake
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
        here(&self.ledgers)
    }

    /// Those of spouts among them.
    pub(crate) fn of_spouts(&self) -> impl Iterator<Item = &Tracker> {
        here(self.ledgers.get(..self.spouts).unwrap_or(&self.ledgers))
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
        self.fail_all(roots.into_iter().map(|root| FailedTree {
            root,
            reason,
            cause: None,
        }));
    }

    /// Fails the trees of roots of which a bolt failed a row, and says why.
    pub(crate) fn fail_by_bolt(&self, roots: impl IntoIterator<Item = RootId>, cause: &Arc<str>) {
        self.fail_all(roots.into_iter().map(|root| FailedTree {
            root,
            reason: FailReason::FailedByBolt,
            cause: Some(Arc::clone(cause)),
        }));
    }

    /// Fails trees.
    pub(crate) fn fail_all(&self, trees: impl IntoIterator<Item = FailedTree>) {
        self.each(
            trees,
            |tree| tree.root,
            Tracker::fail,
            |owed, tree| owed.failed.push(tree),
        );
    }

    /// Starts the time-outs of roots again.
    pub(crate) fn extend(&self, roots: impl IntoIterator<Item = RootId>) {
        self.each(
            roots,
            |root| *root,
            |tracker, root| {
                tracker.change(|ledger| ledger.extend(*root));
            },
            |owed, root| owed.extended.push(root),
        );
    }

    /// Applies what another worker sent; what is not for a ledger here is ignored.
    pub(crate) fn apply(&self, updates: &[Update], failed: &[FailedTree], extended: &[RootId]) {
        let here = |root: RootId| match self.of(root) {
            Some(LedgerPlace::Here(tracker)) => Some(tracker),
            _ => None,
        };
        for run in updates.chunk_by(|a, b| a.root.spout() == b.root.spout()) {
            if let Some(tracker) = run.first().and_then(|update| here(update.root)) {
                tracker.change(|ledger| ledger.update_all(run));
            }
        }
        for tree in failed {
            if let Some(tracker) = here(tree.root) {
                tracker.fail(tree);
            }
        }
        for &root in extended {
            if let Some(tracker) = here(root) {
                tracker.change(|ledger| ledger.extend(root));
            }
        }
    }

    /// Does something about each tree, here or elsewhere.
    fn each<T>(
        &self,
        trees: impl IntoIterator<Item = T>,
        root: impl Fn(&T) -> RootId,
        here: impl Fn(&Tracker, &T),
        there: impl Fn(&mut stormcell_links::Owed, T),
    ) {
        let mut elsewhere: Vec<(&Arc<Link>, stormcell_links::Owed)> = Vec::new();
        for tree in trees {
            match self.of(root(&tree)) {
                Some(LedgerPlace::Here(tracker)) => here(tracker, &tree),
                Some(LedgerPlace::There(link)) => {
                    let known = elsewhere.iter().position(|(to, _)| Arc::ptr_eq(to, link));
                    let at = known.unwrap_or_else(|| {
                        elsewhere.push((link, stormcell_links::Owed::default()));
                        elsewhere.len() - 1
                    });
                    there(&mut elsewhere[at].1, tree);
                }
                None => {}
            }
        }
        for (link, owed) in elsewhere {
            link.send_owed(owed);
        }
    }
}

fn here(ledgers: &[LedgerPlace]) -> impl Iterator<Item = &Tracker> {
    ledgers.iter().filter_map(|place| match place {
        LedgerPlace::Here(tracker) => Some(tracker.as_ref()),
        LedgerPlace::There(_) => None,
    })
}
