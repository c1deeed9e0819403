//! What belongs to the pending roots of a spout task: what its spout, or the host,
//! needs when the tree of a row has settled.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use stormcell_acking::{RootId, Roots};
use stormcell_batch::Columns;

/// Rows that a spout emitted in one call on one stream.
#[derive(Debug)]
pub(crate) struct Emitted {
    pub(crate) output: u32,
    pub(crate) columns: Columns,
    pub(crate) direct_task: Option<u32>,
}

/// A row that the host emits again if it fails.
#[derive(Debug, Clone)]
pub(crate) struct Replayable {
    pub(crate) emitted: Arc<Emitted>,
    pub(crate) row: u32,
    /// How often it has been emitted again.
    pub(crate) replays: u32,
}

/// What belongs to rows that were emitted together.
#[derive(Debug)]
pub(crate) enum Payload {
    /// The spout is told of each by its id.
    Ids(Vec<u64>),
    /// The host has the rows: row i is the one at this place plus i.
    Emitted(Arc<Emitted>, u32),
    /// The host has the rows, and has emitted them again.
    Replays(Vec<Replayable>),
}

impl Payload {
    /// Cuts off what belongs to the rows from `rows` on.
    fn split_off(&mut self, rows: usize) -> Self {
        match self {
            Self::Ids(ids) => Self::Ids(ids.split_off(rows)),
            Self::Emitted(emitted, first) => {
                Self::Emitted(Arc::clone(emitted), *first + rows as u32)
            }
            Self::Replays(replays) => Self::Replays(replays.split_off(rows)),
        }
    }

    /// What belongs to one row.
    fn of(&self, row: usize) -> Self {
        match self {
            Self::Ids(ids) => Self::Ids(vec![ids[row]]),
            Self::Emitted(emitted, first) => {
                Self::Emitted(Arc::clone(emitted), *first + row as u32)
            }
            Self::Replays(replays) => Self::Replays(vec![replays[row].clone()]),
        }
    }

    /// The row that the host emits again; `None`: the spout tracks it.
    pub(crate) fn replayable(&self, row: usize) -> Option<Replayable> {
        match self {
            Self::Ids(_) => None,
            Self::Emitted(emitted, first) => Some(Replayable {
                emitted: Arc::clone(emitted),
                row: *first + row as u32,
                replays: 0,
            }),
            Self::Replays(replays) => replays.get(row).cloned(),
        }
    }
}

/// The payload of consecutive roots, some of which may have been taken.
#[derive(Debug)]
struct Held {
    rows: u32,
    left: u32,
    payload: Payload,
    /// A bit a row that was taken; empty as long as none was.
    taken: Vec<u64>,
}

/// Below this share, rows that are left are held one by one, so that memory is bounded
/// by how many rows are pending.
const SHARE: u32 = 16;

impl Held {
    fn new(rows: u32, payload: Payload) -> Self {
        Self {
            rows,
            left: rows,
            payload,
            taken: Vec::new(),
        }
    }

    fn take(&mut self, rows: Range<usize>) {
        self.left = self.left.saturating_sub(rows.len() as u32);
        if self.left == 0 {
            return;
        }
        self.taken.resize((self.rows as usize).div_ceil(64), 0);
        for row in rows {
            self.taken[row / 64] |= 1 << (row % 64);
        }
    }

    fn is_taken(&self, row: usize) -> bool {
        let word = self.taken.get(row / 64);
        word.is_some_and(|word| word >> (row % 64) & 1 == 1)
    }
}

/// The payloads of the pending roots.
#[derive(Debug, Default)]
pub(crate) struct Payloads(BTreeMap<RootId, Held>);

impl Payloads {
    /// Keeps what belongs to the first of these rows until their roots settle, and
    /// returns what belongs to the others.
    pub(crate) fn put(&mut self, roots: Roots, mut payload: Payload) -> Payload {
        let rest = payload.split_off(roots.rows as usize);
        self.0.insert(roots.first, Held::new(roots.rows, payload));
        rest
    }

    /// Takes what belongs to roots that have settled, each once: `each` is given the
    /// payload of rows that were emitted together, and which of them these are.
    pub(crate) fn take(&mut self, roots: Roots, mut each: impl FnMut(&Payload, Range<usize>)) {
        let (mut next, end) = (roots.first.to_bits(), roots.end());
        while next < end {
            let held = self.0.range_mut(..=RootId::from_bits(next)).next_back();
            let Some((&first, held)) = held else { return };
            let start = next - first.to_bits();
            let rows = end.min(first.to_bits() + u64::from(held.rows)) - first.to_bits();
            if start >= rows {
                return;
            }
            let range = start as usize..rows as usize;
            each(&held.payload, range.clone());
            held.take(range);
            if held.left == 0 {
                self.0.remove(&first);
            } else if held.rows >= SHARE && held.left <= held.rows / SHARE {
                self.take_apart(first);
            }
            next = first.to_bits() + rows;
        }
    }

    /// Holds what is left of rows that were emitted together one by one.
    fn take_apart(&mut self, first: RootId) {
        let Some(held) = self.0.remove(&first) else {
            return;
        };
        let left = (0..held.rows as usize).filter(|row| !held.is_taken(*row));
        for row in left {
            let root = RootId::from_bits(first.to_bits() + row as u64);
            self.0.insert(root, Held::new(1, held.payload.of(row)));
        }
    }

    /// Whether the spout itself tracks the row of this pending root.
    pub(crate) fn is_id(&self, root: RootId) -> bool {
        let held = self.0.range(..=root).next_back();
        held.is_some_and(|(_, held)| matches!(held.payload, Payload::Ids(_)))
    }
}

/// Rows that wait to be emitted again, in the order in which they failed.
#[derive(Debug, Default)]
pub(crate) struct Replays(VecDeque<Replayable>);

impl Replays {
    pub(crate) fn push(&mut self, row: Replayable) {
        self.0.push_back(row);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn clear(&mut self) -> usize {
        let left = self.0.len();
        self.0.clear();
        left
    }

    /// Takes rows that were emitted together, at most `most` of them.
    pub(crate) fn take(&mut self, most: usize) -> Vec<Replayable> {
        let Some(first) = self.0.front() else {
            return Vec::new();
        };
        let emitted = Arc::clone(&first.emitted);
        let together = self
            .0
            .iter()
            .take(most)
            .take_while(|row| Arc::ptr_eq(&row.emitted, &emitted))
            .count();
        self.0.drain(..together).collect()
    }
}

#[cfg(test)]
mod tests;
