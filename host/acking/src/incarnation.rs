//! Worker incarnations: which processes a tree has touched, as a set of bits.
//!
//! When a worker process dies, the rows it held are gone. Storm lets their trees
//! time out; here exactly the trees that touched the process fail, at once. Each
//! *incarnation* (one run of one worker) has its own bit, not each worker: a notice
//! of death that comes late, after the worker is back, must not hit trees that
//! touched only the new run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One run of one worker process. Numbers of a worker only grow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct WorkerIncarnation {
    /// Which worker.
    pub worker: u32,
    /// Which run of it.
    pub number: u32,
}

/// A set of worker incarnations, as bits that an [`Incarnations`] hands out. The
/// bits mean something only in the process of that allocator; what travels is
/// [`WorkerIncarnation`]s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(transparent)]
pub struct Touched(u64);

impl Touched {
    /// No worker but the ledger's own.
    pub const NONE: Self = Self(0);
    /// Some incarnation that is known to be dead. An update with it fails its tree.
    pub const DEAD: Self = Self(1 << 63);

    /// The set with these bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits of the set.
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// What is in either.
    #[inline]
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether they have an incarnation in common.
    #[inline]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What [`Incarnations::join`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Joined {
    /// The bit of the incarnation; [`Touched::DEAD`] if it or a later one is known
    /// to have died; [`Touched::NONE`] if all bits are taken. Then the incarnation
    /// goes on untracked: trees that touch it end by the message timeout if it dies.
    pub bit: Touched,
    /// The bit of the run before, which is dead with that, to be handed to every
    /// [`Ledger::worker_died`](crate::Ledger::worker_died) of the process;
    /// [`Touched::NONE`] if there was none.
    pub replaced: Touched,
}

impl Joined {
    fn without_news(bit: Touched) -> Self {
        Self {
            bit,
            replaced: Touched::NONE,
        }
    }
}

/// Hands out the bits of [`Touched`], for all ledgers of one process.
///
/// A bit is in use from [`join`](Self::join) to [`release`](Self::release), which
/// comes after the death of the incarnation: it is given to another one only when
/// no pending tree has it.
#[derive(Clone, Debug, Default)]
pub struct Incarnations {
    /// The latest known run of each worker; without a bit if there was none free.
    latest: BTreeMap<u32, Run>,
    /// Bits that live incarnations have, or trees may have.
    taken: Touched,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Run {
    number: u32,
    state: State,
}

impl Run {
    fn dead(number: u32) -> Self {
        let state = State::Dead;
        Self { number, state }
    }

    fn bit(self) -> Touched {
        match self.state {
            State::Tracked(bit) => bit,
            State::Untracked | State::Dead => Touched::NONE,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Tracked(Touched),
    Untracked,
    Dead,
}

impl Incarnations {
    /// How many incarnations are tracked at a time. One of the 64 bits is
    /// [`Touched::DEAD`].
    pub const MAX: u32 = 63;

    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note that an incarnation is there, when it connects or is first named
    /// by somebody. A run that is older than one that is known, or known to have
    /// died, is dead and stays so. Joining again is harmless, and tries again to
    /// give a bit to a run that got none.
    pub fn join(&mut self, incarnation: WorkerIncarnation) -> Joined {
        let WorkerIncarnation { worker, number } = incarnation;
        let known = self.latest.get(&worker).copied();
        let replaced = match known {
            Some(run) if run.number > number || run == Run::dead(number) => {
                return Joined::without_news(Touched::DEAD);
            }
            Some(run) if run.number == number && run.bit() != Touched::NONE => {
                return Joined::without_news(run.bit());
            }
            Some(run) if run.number < number => run.bit(),
            _ => Touched::NONE,
        };
        let bit = self.free_bit();
        self.taken = self.taken.union(bit);
        let state = if bit == Touched::NONE {
            State::Untracked
        } else {
            State::Tracked(bit)
        };
        self.latest.insert(worker, Run { number, state });
        Joined { bit, replaced }
    }

    /// Takes note that an incarnation has died. Returns its bit, to be handed to
    /// every [`Ledger::worker_died`](crate::Ledger::worker_died) of the process:
    /// [`Touched::NONE`] if it had none or if its death was known.
    pub fn died(&mut self, incarnation: WorkerIncarnation) -> Touched {
        let WorkerIncarnation { worker, number } = incarnation;
        match self.latest.get(&worker).copied() {
            Some(run) if run.number > number => Touched::NONE,
            known => {
                self.latest.insert(worker, Run::dead(number));
                known.map_or(Touched::NONE, Run::bit)
            }
        }
    }

    /// The bit to put into an update that names this incarnation:
    /// [`Touched::DEAD`] if it is dead, [`Touched::NONE`] if it is unknown (join it
    /// first) or untracked.
    pub fn resolve(&self, incarnation: WorkerIncarnation) -> Touched {
        let WorkerIncarnation { worker, number } = incarnation;
        match self.latest.get(&worker) {
            Some(run) if run.number > number || *run == Run::dead(number) => Touched::DEAD,
            Some(run) if run.number == number => run.bit(),
            _ => Touched::NONE,
        }
    }

    /// Frees the bits of dead incarnations for others. `pending` is the union of
    /// [`Ledger::touched`](crate::Ledger::touched) over the ledgers of the process
    /// and of all updates that are resolved and not yet applied; a bit in it stays
    /// taken. Returns the freed bits, to be handed to every
    /// [`Ledger::reuse`](crate::Ledger::reuse).
    pub fn release(&mut self, pending: Touched) -> Touched {
        let live = self.latest.values().copied().map(Run::bit);
        let live = live.fold(Touched::NONE, Touched::union);
        let freed = self.taken.without(live).without(pending);
        self.taken = self.taken.without(freed);
        freed
    }

    fn free_bit(&self) -> Touched {
        match self.taken.to_bits().trailing_ones() {
            bit if bit < Self::MAX => Touched::from_bits(1 << bit),
            _ => Touched::NONE,
        }
    }
}

#[cfg(test)]
mod tests;
