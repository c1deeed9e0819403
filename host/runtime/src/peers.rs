//! The workers of a topology as one of them knows them: which incarnations there
//! are, and the bit that stands for each in the ledgers of this process.

use parking_lot::Mutex;
use stormcell_acking::{Incarnations, Touched, Update, WorkerIncarnation};
use stormcell_links::Owed;

use crate::tracker::Trackers;

/// How many bits may be in use before those of dead incarnations are looked for that
/// no tree needs any more.
const PLENTY: u32 = 32;

/// The other workers, and this one.
#[derive(Debug)]
pub(crate) struct Peers {
    me: Touched,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    incarnations: Incarnations,
    /// What each bit stands for.
    bits: Vec<(Touched, WorkerIncarnation)>,
}

impl Peers {
    pub(crate) fn new(me: WorkerIncarnation) -> Self {
        let mut incarnations = Incarnations::new();
        let joined = incarnations.join(me);
        Self {
            me: joined.bit,
            known: Mutex::new(Known {
                incarnations,
                bits: vec![(joined.bit, me)],
            }),
        }
    }

    /// An incarnation is there. Returns its bit. An earlier one of the same worker is
    /// dead, and the trees that touched it fail.
    pub(crate) fn up(&self, peer: WorkerIncarnation, trackers: &Trackers) -> Touched {
        let mut known = self.known.lock();
        known.release(trackers);
        known.join(peer, trackers)
    }

    /// An incarnation is dead: the trees that touched it fail.
    pub(crate) fn died(&self, peer: WorkerIncarnation, trackers: &Trackers) {
        let mut known = self.known.lock();
        let bit = known.incarnations.died(peer);
        worker_died(trackers, bit);
    }

    /// The numbers of the other workers that these bits stand for, ascending.
    pub(crate) fn others(&self, touched: Touched) -> Vec<u32> {
        let known = self.known.lock();
        let others = known.bits.iter().filter(|(bit, _)| *bit != self.me);
        let touched = others.filter(|(bit, _)| touched.intersects(*bit));
        let mut workers: Vec<u32> = touched.map(|(_, peer)| peer.worker).collect();
        workers.sort_unstable();
        workers
    }

    /// Updates for the ledgers of another worker, with what they touched said by
    /// name. All of them touched this worker.
    pub(crate) fn owed(&self, mut updates: Vec<Update>) -> Owed {
        let mut touched = self.me;
        for update in &mut updates {
            update.touched = update.touched.union(self.me);
            touched = touched.union(update.touched);
        }
        let known = self.known.lock();
        let incarnations = known.bits.iter().copied();
        Owed {
            incarnations: incarnations
                .filter(|(bit, _)| touched.intersects(*bit))
                .collect(),
            updates,
            ..Owed::default()
        }
    }

    /// Updates from another worker, with what they touched said by the bits of this
    /// process, given to the ledgers here.
    pub(crate) fn apply(&self, owed: Owed, trackers: &Trackers) {
        // The lock is held until the ledgers know: a bit must not change its meaning
        // on the way.
        let mut known = self.known.lock();
        let here: Vec<(Touched, Touched)> = owed
            .incarnations
            .iter()
            .map(|&(theirs, incarnation)| {
                known.join(incarnation, trackers);
                (theirs, known.incarnations.resolve(incarnation))
            })
            .collect();
        let mut updates = owed.updates;
        let mut last = (Touched::NONE, Touched::NONE);
        for update in &mut updates {
            if update.touched != last.0 {
                let meant = here
                    .iter()
                    .filter(|(theirs, _)| update.touched.intersects(*theirs));
                let ours = meant.fold(Touched::NONE, |bits, (_, ours)| bits.union(*ours));
                last = (update.touched, ours);
            }
            update.touched = last.1;
        }
        trackers.apply(&updates, &owed.failed, &owed.extended);
    }
}

impl Known {
    fn join(&mut self, peer: WorkerIncarnation, trackers: &Trackers) -> Touched {
        let joined = self.incarnations.join(peer);
        worker_died(trackers, joined.replaced);
        let new = !self.bits.contains(&(joined.bit, peer));
        if new && joined.bit != Touched::NONE && joined.bit != Touched::DEAD {
            self.bits.retain(|(bit, _)| *bit != joined.bit);
            self.bits.push((joined.bit, peer));
        }
        joined.bit
    }

    /// Frees bits of dead incarnations that no tree has touched.
    fn release(&mut self, trackers: &Trackers) {
        if self.bits.len() < PLENTY as usize {
            return;
        }
        let pending = trackers.here().fold(Touched::NONE, |bits, tracker| {
            bits.union(tracker.lock().touched())
        });
        let freed = self.incarnations.release(pending);
        self.bits.retain(|(bit, _)| !freed.intersects(*bit));
        for tracker in trackers.here() {
            tracker.lock().reuse(freed);
        }
    }
}

fn worker_died(trackers: &Trackers, bit: Touched) {
    if bit != Touched::NONE {
        for tracker in trackers.here() {
            tracker.change(|ledger| ledger.worker_died(bit));
        }
    }
}

#[cfg(test)]
mod tests;
