//! Runs: consecutive roots that have the same entry, kept as one.
//!
//! Rows that a spout emits together and that go on together (a batch that is passed on
//! whole, an ack of a whole call) are told to the ledger as one; as long as that is so
//! they cost as much as one. What names only a part of a run cuts it.

use std::collections::BTreeMap;

use crate::entry::{Entry, State};
use crate::{RootId, Roots};

/// Consecutive roots and what is known of each of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) roots: Roots,
    pub(crate) state: State,
}

impl Run {
    /// The run of one root.
    pub(crate) fn of(entry: &Entry) -> Self {
        Self {
            roots: Roots::one(entry.root),
            state: entry.state,
        }
    }

    /// The entry of each of its roots.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry> {
        let state = self.state;
        self.roots.iter().map(move |root| Entry { root, state })
    }

    /// Its roots from `start` up to `end`, if there are any.
    fn between(self, start: u64, end: u64) -> Option<Self> {
        let start = start.max(self.roots.first.to_bits());
        let rows = end.min(self.roots.end()).saturating_sub(start);
        let rows = u32::try_from(rows).ok().filter(|rows| *rows > 0)?;
        let first = RootId::from_bits(start);
        Some(Self {
            roots: Roots { first, rows },
            ..self
        })
    }

    /// What lies before these roots, among them, and after them.
    pub(crate) fn cut(self, roots: Roots) -> [Option<Self>; 3] {
        let (start, end) = (roots.first.to_bits(), roots.end());
        [(0, start), (start, end), (end, u64::MAX)].map(|(start, end)| self.between(start, end))
    }
}

/// Runs of different roots.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs {
    runs: BTreeMap<RootId, Run>,
    rows: usize,
}

impl Runs {
    /// How many roots are in runs.
    #[inline]
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a run of roots that are in none.
    pub(crate) fn insert(&mut self, run: Run) {
        self.rows += run.roots.rows as usize;
        self.runs.insert(run.roots.first, run);
    }

    fn holding(&self, root: RootId) -> Option<&Run> {
        let (_, run) = self.runs.range(..=root).next_back()?;
        (root.to_bits() < run.roots.end()).then_some(run)
    }

    /// Whether a root is in a run.
    pub(crate) fn contains(&self, root: RootId) -> bool {
        self.holding(root).is_some()
    }

    /// Takes out the run that holds a root.
    pub(crate) fn take(&mut self, root: RootId) -> Option<Run> {
        let first = self.holding(root)?.roots.first;
        let run = self.runs.remove(&first)?;
        self.rows -= run.roots.rows as usize;
        Some(run)
    }

    /// The first root that starts a run, of those from `root` on.
    pub(crate) fn next_start(&self, root: RootId) -> Option<RootId> {
        self.runs.range(root..).next().map(|(first, _)| *first)
    }

    /// All runs.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Run> {
        self.runs.values()
    }
}
