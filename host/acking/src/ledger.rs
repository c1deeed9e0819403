//! The ledger of one spout task: which of its roots are pending, and how they end.
//!
//! It lives in the spout task's own process, so no message that opens an entry can
//! be lost, and there are no acker tasks (Storm's `__acker`). The life of a root:
//! [`reserve`](Ledger::reserve) gives it an id; the caller routes its row, sends it
//! and says with [`init`](Ledger::init) which edges it sent; tasks send
//! [`update`](Ledger::update)s; when all edges have been acked, or somebody fails
//! it, or time is up, it *settles*, and [`take_settled`](Ledger::take_settled)
//! hands it to the caller, once.
//!
//! # Rules
//! * Order does not matter: an update or a failure may come before `init`.
//! * `init` counts once for each root. A root that reached no task (XOR 0) is
//!   complete at once.
//! * What names a root that has settled, or that this ledger never opened (another
//!   spout task, an earlier incarnation of this one), is ignored and counted.
//! * Timeouts are those of Storm's `RotatingMap` with two buckets, see
//!   [`rotate`](Ledger::rotate).
//! * Memory is bounded by the number of open roots; in the steady state nothing is
//!   allocated.
//!
//! # What the caller keeps for each root
//! The row to replay, the id that the spout gave it. A root has a *slot* for that:
//! a number below `max_pending`, unique among open roots, so that the caller can
//! keep a plain `Vec` beside the ledger. Slots are used again from the time they
//! are taken with `take_settled`: deal with those before the next `reserve`.

use crate::ring::{Entry, Ring};
use crate::{FailReason, Outcome, RootId, Settled, SpoutIndex, Touched, Update};
use std::num::NonZeroU32;

/// How a [`Ledger`] is set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LedgerConfig {
    /// How many roots of the spout task may be open at a time, Storm's
    /// `topology.max.spout.pending`. None: up to `u32::MAX`.
    pub max_pending: Option<NonZeroU32>,
}

/// A root that was just opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Its id.
    pub root: RootId,
    /// Where the caller may keep what belongs to it: a number below `max_pending`.
    pub slot: u32,
}

/// A root that has not settled yet, for people and for tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// Its id.
    pub root: RootId,
    /// Its slot.
    pub slot: u32,
    /// Whether [`Ledger::init`] has come.
    pub init: bool,
    /// The XOR of the edges that are on their way.
    pub xor: u64,
    /// The worker incarnations that its tree has touched.
    pub touched: Touched,
    /// Whether the next [`Ledger::rotate`] fails it.
    pub expiring: bool,
}

/// The ledger of one incarnation of one spout task. See the [module](self).
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The id of the next root.
    next: RootId,
    spout: SpoutIndex,
    incarnation: u32,
    trees: Ring,
    settled: Vec<Settled>,
    max_open: u32,
    /// Slots that were used and are free.
    free_slots: Vec<u32>,
    /// Slots from here on were never used.
    fresh_slot: u32,
    /// The bucket that roots are put into; those in the other one expire next.
    newest: bool,
    dead: Touched,
    ignored: u64,
}

impl Ledger {
    /// The ledger of a spout task that starts. `incarnation` must differ from that
    /// of every earlier run of the task whose updates may still be on their way;
    /// it counts modulo 2^12, see [`RootId`].
    pub fn new(spout: SpoutIndex, incarnation: u32, config: LedgerConfig) -> Self {
        Self {
            next: RootId::new(spout, incarnation, 0),
            spout,
            incarnation,
            trees: Ring::new(),
            settled: Vec::new(),
            max_open: config.max_pending.map_or(u32::MAX, NonZeroU32::get),
            free_slots: Vec::new(),
            fresh_slot: 0,
            newest: false,
            dead: Touched::DEAD,
            ignored: 0,
        }
    }

    /// How many roots are pending: opened and not settled.
    #[inline]
    pub fn pending(&self) -> usize {
        self.trees.len()
    }

    /// How many roots have settled and wait for [`take_settled`](Self::take_settled).
    #[inline]
    pub fn settled(&self) -> usize {
        self.settled.len()
    }

    /// How many more roots may be opened now. Settled roots count until they are
    /// taken, so the queue of those is bounded as well.
    #[inline]
    pub fn room(&self) -> u32 {
        let open = self.pending() + self.settled();
        self.max_open
            .saturating_sub(u32::try_from(open).unwrap_or(u32::MAX))
    }

    /// Opens a root, or nothing if there is no [`room`](Self::room). Its timeout
    /// runs from here; [`init`](Self::init) starts it again.
    #[inline]
    pub fn reserve(&mut self) -> Option<Opened> {
        if self.room() == 0 {
            return None;
        }
        let mut root = self.next;
        // Only after 2^40 roots, and only if one has been extended for that long.
        while self.trees.contains(root) {
            root = self.after(root);
        }
        self.next = self.after(root);
        let slot = self.free_slots.pop().unwrap_or_else(|| {
            self.fresh_slot += 1;
            self.fresh_slot - 1
        });
        self.trees.insert(Entry {
            root,
            xor: 0,
            touched: Touched::NONE,
            slot,
            init: false,
            bucket: self.newest,
        });
        Some(Opened { root, slot })
    }

    #[inline]
    fn after(&self, root: RootId) -> RootId {
        RootId::new(self.spout, self.incarnation, root.counter() + 1)
    }

    /// Says what was sent for a root: the XOR of the edges of its row, one for each
    /// receiving task, 0 if there was none. Only the first call for a root counts.
    /// It may come before or after the rows are sent.
    #[inline]
    pub fn init(&mut self, root: RootId, xor: u64) {
        self.apply(Update::new(root, xor), true);
    }

    /// [`init`](Self::init) for many roots, with the workers that they touched.
    pub fn init_all(&mut self, sent: &[Update]) {
        for update in sent {
            self.apply(*update, true);
        }
    }

    /// Edges sent or acked in a root's tree, by a task of this process.
    #[inline]
    pub fn update(&mut self, root: RootId, xor: u64) {
        self.apply(Update::new(root, xor), false);
    }

    /// [`update`](Self::update) for many roots, with the workers that they touched.
    /// An update must be given to the ledger once: see [`link`](crate::link).
    pub fn update_all(&mut self, updates: &[Update]) {
        for update in updates {
            self.apply(*update, false);
        }
    }

    #[inline(always)]
    fn apply(&mut self, update: Update, init: bool) {
        let Some(entry) = self.trees.find(update.root) else {
            self.ignored += 1;
            return;
        };
        if init {
            if entry.init {
                self.ignored += 1;
                return;
            }
            entry.init = true;
            entry.bucket = self.newest;
        }
        entry.xor ^= update.xor;
        entry.touched = entry.touched.union(update.touched);
        if update.touched.intersects(self.dead) {
            self.settle(update.root, Outcome::Failed(FailReason::WorkerDied));
        } else if entry.xor == 0 && entry.init {
            self.settle(update.root, Outcome::Acked);
        }
    }

    #[inline]
    fn settle(&mut self, root: RootId, outcome: Outcome) {
        match self.trees.remove(root) {
            Some(Entry { slot, .. }) => self.settled.push(Settled {
                root,
                slot,
                outcome,
            }),
            None => self.ignored += 1,
        }
    }

    /// Fails a root.
    #[inline]
    pub fn fail(&mut self, root: RootId, reason: FailReason) {
        self.settle(root, Outcome::Failed(reason));
    }

    /// Starts the timeout of a root again (Storm's `resetTimeout`).
    #[inline]
    pub fn extend(&mut self, root: RootId) {
        match self.trees.find(root) {
            Some(entry) => entry.bucket = self.newest,
            None => self.ignored += 1,
        }
    }

    /// The message timeout has passed once more: to be called at that interval.
    /// Fails the roots that were already there at the last call, so a root fails
    /// between one and two timeouts after it was initialized or last extended.
    pub fn rotate(&mut self) {
        let newest = self.newest;
        self.fail_where(FailReason::TimedOut, |entry| entry.bucket != newest);
        self.newest = !newest;
    }

    /// A worker incarnation has died: fails every root whose tree has touched it,
    /// and those that are said later to have touched it, as soon as that is said.
    pub fn worker_died(&mut self, bit: Touched) {
        self.dead = self.dead.union(bit);
        self.fail_where(FailReason::WorkerDied, |entry| {
            entry.touched.intersects(bit)
        });
    }

    /// The bits of dead incarnations that [`Incarnations::release`] has freed:
    /// whoever gets them next is alive.
    ///
    /// [`Incarnations::release`]: crate::Incarnations::release
    pub fn reuse(&mut self, freed: Touched) {
        self.dead = self.dead.without(freed).union(Touched::DEAD);
    }

    /// The worker incarnations that pending trees have touched.
    pub fn touched(&self) -> Touched {
        self.iter()
            .fold(Touched::NONE, |bits, pending| bits.union(pending.touched))
    }

    /// Adds workers to what a root's tree has touched, without any edges.
    #[inline]
    pub fn touch(&mut self, root: RootId, workers: Touched) {
        self.apply(Update::new(root, 0).touching(workers), false);
    }

    /// Fails every pending root: the spout instance that emitted them has crashed,
    /// or the topology stops. Counters go on, so what is still on its way for them
    /// is ignored.
    pub fn fail_all(&mut self, reason: FailReason) {
        self.fail_where(reason, |_| true);
    }

    /// Fails the oldest `count` pending roots, or all if there are fewer.
    pub fn fail_oldest(&mut self, count: u32, reason: FailReason) {
        let mut left = count;
        self.fail_where(reason, |_| {
            let fails = left > 0;
            left = left.saturating_sub(1);
            fails
        });
    }

    /// Takes time with the number of pending roots. Oldest first.
    fn fail_where(&mut self, reason: FailReason, mut fails: impl FnMut(&Entry) -> bool) {
        let from = self.settled.len();
        let failed = self.trees.iter(self.next).filter(|entry| fails(entry));
        self.settled.extend(failed.map(|entry| Settled {
            root: entry.root,
            slot: entry.slot,
            outcome: Outcome::Failed(reason),
        }));
        for settled in self.settled.iter().skip(from) {
            self.trees.remove(settled.root);
        }
    }

    /// Appends the roots that have settled since the last call, in the order in
    /// which they did, and frees their slots.
    #[inline]
    pub fn take_settled(&mut self, into: &mut Vec<Settled>) {
        self.free_slots
            .extend(self.settled.iter().map(|settled| settled.slot));
        into.append(&mut self.settled);
    }

    /// The pending roots, the oldest first. Takes time with their number.
    pub fn iter(&self) -> impl Iterator<Item = Pending> {
        self.trees.iter(self.next).map(|entry| Pending {
            root: entry.root,
            slot: entry.slot,
            init: entry.init,
            xor: entry.xor,
            touched: entry.touched,
            expiring: entry.bucket != self.newest,
        })
    }

    /// How many calls named a root that is not pending: late acks, second inits,
    /// roots of another ledger.
    pub fn ignored(&self) -> u64 {
        self.ignored
    }
}

#[cfg(test)]
mod tests;
