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
//! # Runs
//! Most calls name consecutive roots: [`open`](Ledger::open) opens them, an [`Update`]
//! changes them, they settle together. As long as everything that is said is said of
//! all of them, they cost as much as one. The law, which a property test holds: a call
//! that names several roots does what the same call for each of them would.

use crate::entry::{Change, Entry, State};
use crate::ring::Ring;
use crate::root::COUNTER_MASK;
use crate::runs::{Run, Runs};
use crate::{FailReason, Outcome, RootId, Roots, Settled, SpoutIndex, Touched, Update};
use std::cmp::Reverse;
use std::num::NonZeroU32;

/// Fewer roots than that are kept one by one: a run costs more than they do.
const FEW: u32 = 4;

/// How a [`Ledger`] is set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LedgerConfig {
    /// How many roots of the spout task may be open at a time, Storm's
    /// `topology.max.spout.pending`. None: up to `u32::MAX`.
    pub max_pending: Option<NonZeroU32>,
}

/// A root that has not settled yet, for people and for tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// Its id.
    pub root: RootId,
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
    /// Whether ids come again: there were 2^40 roots.
    wrapped: bool,
    /// The pending roots: alone, or in runs.
    trees: Ring,
    runs: Runs,
    settled: Vec<Settled>,
    /// How many roots are in `settled`.
    settled_rows: usize,
    max_open: u32,
    /// The bucket that roots are put into; those in the other one expire next.
    newest: bool,
    dead: Touched,
    ignored: u64,
}

impl Ledger {
    /// Bytes that a pending root takes at most, until it has settled and been taken: up to
    /// four places of the ring, and what is said when it settles.
    pub const BYTES_A_ROOT: usize = 4 * size_of::<Entry>() + size_of::<Settled>();

    /// The ledger of a spout task that starts. `incarnation` must differ from that
    /// of every earlier run of the task whose updates may still be on their way;
    /// it counts modulo 2^12, see [`RootId`].
    pub fn new(spout: SpoutIndex, incarnation: u32, config: LedgerConfig) -> Self {
        Self {
            next: RootId::new(spout, incarnation, 0),
            spout,
            incarnation,
            wrapped: false,
            trees: Ring::new(),
            runs: Runs::default(),
            settled: Vec::new(),
            settled_rows: 0,
            max_open: config.max_pending.map_or(u32::MAX, NonZeroU32::get),
            newest: false,
            dead: Touched::DEAD,
            ignored: 0,
        }
    }

    /// How many roots are pending: opened and not settled.
    #[inline]
    pub fn pending(&self) -> usize {
        self.trees.len() + self.runs.rows()
    }

    /// How many roots have settled and wait for [`take_settled`](Self::take_settled).
    #[inline]
    pub fn settled(&self) -> usize {
        self.settled_rows
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
    pub fn reserve(&mut self) -> Option<RootId> {
        self.open(1).map(|roots| roots.first)
    }

    /// Opens consecutive roots: as many as these, or fewer if there is not room for
    /// more or their ids would not be consecutive; none if there is no room at all.
    pub fn open(&mut self, rows: u32) -> Option<Roots> {
        let rows = rows.min(self.room());
        if rows == 0 {
            return None;
        }
        let mut first = self.next;
        while self.is_taken(first) {
            first = self.after(first, 1);
        }
        let before_wrap = COUNTER_MASK - first.counter() + 1;
        let mut roots = Roots {
            first,
            rows: u32::try_from(before_wrap).map_or(rows, |most| rows.min(most)),
        };
        if let Some(taken) = roots.iter().position(|root| self.is_taken(root)) {
            roots.rows = taken as u32;
        }
        self.wrapped |= u64::from(roots.rows) == before_wrap;
        self.next = self.after(first, roots.rows);
        self.put(Run {
            roots,
            state: State::opened(self.newest),
        });
        Some(roots)
    }

    /// Whether a root that would come next is still pending: only after 2^40 roots, and
    /// only if one has been extended for that long.
    fn is_taken(&self, root: RootId) -> bool {
        self.wrapped && (self.trees.contains(root) || self.runs.contains(root))
    }

    /// Keeps a run of roots that are not there.
    fn put(&mut self, run: Run) {
        if run.roots.rows >= FEW {
            self.runs.insert(run);
            return;
        }
        let pending = self.pending() + run.roots.rows as usize;
        for entry in run.entries() {
            self.trees.insert(entry, pending);
        }
    }

    #[inline]
    fn after(&self, root: RootId, rows: u32) -> RootId {
        let counter = root.counter() + u64::from(rows);
        RootId::new(self.spout, self.incarnation, counter)
    }

    /// Says what was sent for a root: the XOR of the edges of its row, one for each
    /// receiving task, 0 if there was none. Only the first call for a root counts.
    /// It may come before or after the rows are sent.
    #[inline]
    pub fn init(&mut self, root: RootId, xor: u64) {
        self.apply(Update::new(root, xor), true);
    }

    /// [`init`](Self::init) for many roots, each named once, with the workers that they
    /// touched.
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
        if update.rows > 1 {
            self.apply_to_all(update, init);
        } else {
            self.apply_to_one(update.root, &update, init);
        }
    }

    #[inline(always)]
    fn apply_to_one(&mut self, root: RootId, update: &Update, init: bool) {
        let (init, dead) = (init.then_some(self.newest), self.dead);
        let change = match self.entry(root) {
            Some(entry) => entry.state.apply(update, init, dead),
            None => Change::Ignored,
        };
        match change {
            Change::Ignored => self.ignored += 1,
            Change::Pending => {}
            Change::Ends(outcome) => {
                self.trees.remove(root);
                self.settle(Roots::one(root), outcome);
            }
        }
    }

    fn apply_to_all(&mut self, update: Update, init: bool) {
        let mut rest = update.roots();
        while rest.rows > 0 {
            let rows = match self.runs.take(rest.first) {
                Some(run) => {
                    let [before, among, after] = run.cut(rest);
                    for run in before.into_iter().chain(after) {
                        self.put(run);
                    }
                    if let Some(run) = among {
                        self.apply_to_run(run, &update, init);
                    }
                    among.map_or(rest.rows, |run| run.roots.rows)
                }
                None => {
                    let alone = rest.before(self.runs.next_start(rest.first));
                    for root in alone.iter() {
                        self.apply_to_one(root, &update, init);
                    }
                    alone.rows
                }
            };
            rest = rest.without_first(rows);
        }
    }

    /// Changes a run that was taken out, and puts it back unless it ends.
    fn apply_to_run(&mut self, mut run: Run, update: &Update, init: bool) {
        let init = init.then_some(self.newest);
        match run.state.apply(update, init, self.dead) {
            Change::Ignored => {
                self.ignored += u64::from(run.roots.rows);
                self.put(run);
            }
            Change::Pending => self.put(run),
            Change::Ends(outcome) => self.settle(run.roots, outcome),
        }
    }

    /// The entry of a pending root. If it is in a run, that is taken apart: from here on
    /// its roots go different ways.
    #[inline]
    fn entry(&mut self, root: RootId) -> Option<&mut Entry> {
        if self.runs.rows() > 0 && !self.trees.in_place(root) {
            self.take_apart(root);
        }
        self.trees.find(root)
    }

    #[cold]
    fn take_apart(&mut self, root: RootId) {
        let pending = self.pending();
        if let Some(run) = self.runs.take(root) {
            for entry in run.entries() {
                self.trees.insert(entry, pending);
            }
        }
    }

    /// Notes how roots ended that were taken out.
    #[inline]
    fn settle(&mut self, roots: Roots, outcome: Outcome) {
        self.settled_rows += roots.rows as usize;
        match self.settled.last_mut() {
            Some(last) if last.outcome == outcome && last.roots.end() == roots.first.to_bits() => {
                last.roots.rows += roots.rows;
            }
            _ => self.settled.push(Settled { roots, outcome }),
        }
    }

    /// Fails a root.
    #[inline]
    pub fn fail(&mut self, root: RootId, reason: FailReason) {
        if self.entry(root).is_some() {
            self.trees.remove(root);
            self.settle(Roots::one(root), Outcome::Failed(reason));
        } else {
            self.ignored += 1;
        }
    }

    /// Starts the timeout of a root again (Storm's `resetTimeout`).
    #[inline]
    pub fn extend(&mut self, root: RootId) {
        let newest = self.newest;
        match self.entry(root) {
            Some(entry) => entry.state.bucket = newest,
            None => self.ignored += 1,
        }
    }

    /// The message timeout has passed once more: to be called at that interval.
    /// Fails the roots that were already there at the last call, so a root fails
    /// between one and two timeouts after it was initialized or last extended.
    pub fn rotate(&mut self) {
        let newest = self.newest;
        self.fail_where(FailReason::TimedOut, |run| {
            if run.state.bucket == newest {
                0
            } else {
                run.roots.rows
            }
        });
        self.newest = !newest;
        self.trees.shrink(self.pending());
    }

    /// A worker incarnation has died: fails every root whose tree has touched it,
    /// and those that are said later to have touched it, as soon as that is said.
    pub fn worker_died(&mut self, bit: Touched) {
        self.dead = self.dead.union(bit);
        self.fail_where(FailReason::WorkerDied, |run| {
            if run.state.touched.intersects(bit) {
                run.roots.rows
            } else {
                0
            }
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
        let states = self.trees.iter().map(|entry| entry.state);
        let states = states.chain(self.runs.iter().map(|run| run.state));
        states.fold(Touched::NONE, |bits, state| bits.union(state.touched))
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
        self.fail_where(reason, |run| run.roots.rows);
    }

    /// Fails the oldest `count` pending roots, or all if there are fewer.
    pub fn fail_oldest(&mut self, count: u32, reason: FailReason) {
        let mut left = count;
        self.fail_where(reason, |run| {
            let fails = left.min(run.roots.rows);
            left -= fails;
            fails
        });
    }

    /// Fails the first roots of each run, as many as are said; a root that stands alone
    /// is a run, too. Takes time with the number of pending roots. Oldest first.
    fn fail_where(&mut self, reason: FailReason, mut fails: impl FnMut(&Run) -> u32) {
        for run in self.oldest_first() {
            let failed = fails(&run);
            if failed == 0 {
                continue;
            }
            let roots = Roots {
                rows: failed,
                ..run.roots
            };
            if self.runs.take(roots.first).is_some() {
                let [_, _, after] = run.cut(roots);
                after.into_iter().for_each(|run| self.put(run));
            } else {
                self.trees.remove(roots.first);
            }
            self.settle(roots, Outcome::Failed(reason));
        }
    }

    /// All pending roots, in runs.
    fn oldest_first(&self) -> Vec<Run> {
        let alone = self.trees.iter().map(Run::of);
        let mut runs: Vec<Run> = alone.chain(self.runs.iter().copied()).collect();
        let next = self.next.counter();
        runs.sort_by_key(|run| {
            Reverse(next.wrapping_sub(run.roots.first.counter() + 1) & COUNTER_MASK)
        });
        runs
    }

    /// Appends the roots that have settled since the last call, in the order in
    /// which they did.
    #[inline]
    pub fn take_settled(&mut self, into: &mut Vec<Settled>) {
        self.settled_rows = 0;
        into.append(&mut self.settled);
    }

    /// The pending roots, the oldest first. Takes time with their number.
    pub fn iter(&self) -> impl Iterator<Item = Pending> {
        let entries = self.oldest_first().into_iter().flat_map(Run::entries);
        entries.map(|Entry { root, state }| Pending {
            root,
            init: state.init,
            xor: state.xor,
            touched: state.touched,
            expiring: state.bucket != self.newest,
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
