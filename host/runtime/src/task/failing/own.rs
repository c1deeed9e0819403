//! Rows of spouts that have ids of their own: their spout is told that one failed, and emits
//! it again by itself, under the same id or not at all.
//!
//! An id is remembered from its first failure until its row is acked or given up. The values
//! of a row are kept only from then on: rows that go well cost nothing. No more than
//! [`MOST`] ids are remembered; then the one is forgotten that failed longest ago.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::{Failure, Repeats, pause};

/// How many ids are remembered.
pub(crate) const MOST: usize = 4_096;

/// How often rows may fail before they are given up; `None`: as often as they want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Whether rows can be given up at all: they are stored then.
    pub(crate) gives_up: bool,
    /// More failures of one kind in a row than this are too many.
    pub(crate) max_replays: Option<u32>,
    /// So many failures by the same exception are too many, where that is certain.
    pub(crate) same_exceptions: Option<u32>,
}

/// What becomes of a row that has failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict<R> {
    /// Its spout is told after a pause.
    Tell(Duration),
    /// It is given up: its values, how often it failed in the same way, and whether that is
    /// certain to go on.
    GiveUp {
        /// What [`OwnRows::emitted`] was given last.
        row: R,
        /// How often it failed in the same way.
        failures: u32,
        /// It would fail in the same way again: components do the same each time.
        certain: bool,
    },
}

/// An id that has failed.
#[derive(Debug)]
struct Failing<R> {
    /// The failures of which it is remembered when they were.
    age: u64,
    failures: u32,
    said: Repeats,
    kind: Repeats,
    /// The values of its row, since it was emitted again.
    row: Option<R>,
}

/// The ids of a spout task that have failed.
#[derive(Debug)]
pub(crate) struct OwnRows<R> {
    by_id: HashMap<u64, Failing<R>>,
    /// The ids by when they failed last.
    by_age: BTreeMap<u64, u64>,
    next_age: u64,
}

impl<R> Default for OwnRows<R> {
    fn default() -> Self {
        Self {
            by_id: HashMap::new(),
            by_age: BTreeMap::new(),
            next_age: 0,
        }
    }
}

impl<R> OwnRows<R> {
    /// Whether none has failed that is not over.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Whether this id has failed: its values are wanted when it is emitted again.
    pub(crate) fn has_failed(&self, id: u64) -> bool {
        self.by_id.contains_key(&id)
    }

    /// A row with this id is emitted. `None`: its values cannot be kept.
    pub(crate) fn emitted(&mut self, id: u64, row: Option<R>) {
        if let Some(failing) = self.by_id.get_mut(&id) {
            failing.row = row;
        }
    }

    /// The row with this id was processed, or nobody knows the id any more. Returns how often it
    /// had failed, as far as is remembered.
    pub(crate) fn over(&mut self, id: u64) -> u32 {
        self.by_id.remove(&id).map_or(0, |failing| {
            self.by_age.remove(&failing.age);
            failing.failures
        })
    }

    /// All ids are forgotten.
    pub(crate) fn clear(&mut self) {
        self.by_id.clear();
        self.by_age.clear();
    }

    /// The row with this id has failed.
    pub(crate) fn failed(&mut self, id: u64, failure: &Failure, limits: &Limits) -> Verdict<R> {
        if !failure.pauses {
            return Verdict::Tell(Duration::ZERO);
        }
        let age = self.next_age;
        self.next_age += 1;
        let failing = self.by_id.entry(id).or_insert_with(|| Failing {
            age,
            failures: 0,
            said: Repeats::default(),
            kind: Repeats::default(),
            row: None,
        });
        self.by_age.remove(&failing.age);
        self.by_age.insert(age, id);
        failing.age = age;
        failing.failures = failing.failures.saturating_add(1);
        let same = failure.said.map_or(0, |said| failing.said.add(said));
        let alike = failure.kind.map_or(0, |kind| failing.kind.add(kind));
        let certain = failure.certain && limits.same_exceptions.is_some_and(|most| same >= most);
        let too_many = limits.max_replays.is_some_and(|most| alike > most);
        let tell = Verdict::Tell(pause(failing.failures));
        if limits.gives_up
            && (certain || too_many)
            && let Some(row) = failing.row.take()
        {
            self.over(id);
            return Verdict::GiveUp {
                row,
                failures: if certain { same } else { alike },
                certain,
            };
        }
        if self.by_id.len() > MOST
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.by_id.remove(&oldest);
        }
        tell
    }
}

#[cfg(test)]
mod tests;
