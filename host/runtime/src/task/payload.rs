//! What belongs to the pending roots of a spout task: what its spout, or the host,
//! needs when the tree of a row has settled.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use stormcell_acking::{Ledger, RootId, Roots};
use stormcell_batch::Columns;

use crate::account::{Account, Charge};
use crate::task::failing::History;

/// Rows that a spout emitted in one call on one stream.
#[derive(Debug)]
pub(crate) struct Emitted {
    pub(crate) output: u32,
    pub(crate) columns: Columns,
    pub(crate) direct_task: Option<u32>,
    /// What it is charged with, for as long as any row of it may be emitted again.
    pub(crate) _charge: Option<Charge>,
}

impl Emitted {
    /// What rows with these values cost that the host may have to emit again.
    pub(crate) fn cost(columns: &Columns) -> usize {
        size_of::<Self>() + columns.cost()
    }
}

/// A row that the host emits again if it fails.
#[derive(Debug, Clone)]
pub(crate) struct Replayable {
    pub(crate) emitted: Arc<Emitted>,
    pub(crate) row: u32,
    /// How often it has been emitted again.
    pub(crate) replays: u32,
    /// How it has failed so far.
    pub(crate) history: History,
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
                history: History::default(),
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
pub(crate) struct Payloads {
    held: BTreeMap<RootId, Held>,
    /// How many rows they are of.
    rows: usize,
    /// What they are charged with; `None`: nobody counts.
    charge: Option<Charge>,
}

/// What emitting some rows costs, however few: their place in the map.
const EMISSION: usize = 2 * (size_of::<RootId>() + size_of::<Held>());
/// What each pending row costs: its place in the ledger, its id or which row of what was
/// emitted it is, and its place in the map if it is the last of many that is pending.
const ROW: usize = Ledger::BYTES_A_ROOT + size_of::<Replayable>() + EMISSION / SHARE as usize;

impl Payloads {
    /// Nothing yet. What pending rows take is charged to this account.
    pub(crate) fn charged_to(account: &Arc<Account>) -> Self {
        Self {
            charge: Some(account.charge(0)),
            ..Self::default()
        }
    }

    /// What so many rows cost that are emitted together, without their values.
    pub(crate) fn cost(rows: usize) -> usize {
        EMISSION + rows * ROW
    }

    /// Charges what is pending now.
    pub(crate) fn settle(&mut self) {
        if let Some(charge) = &mut self.charge {
            charge.set(self.held.len() * EMISSION + self.rows * ROW);
        }
    }

    /// Keeps what belongs to the first of these rows until their roots settle, and
    /// returns what belongs to the others.
    pub(crate) fn put(&mut self, roots: Roots, mut payload: Payload) -> Payload {
        let rest = payload.split_off(roots.rows as usize);
        self.rows += roots.rows as usize;
        self.held
            .insert(roots.first, Held::new(roots.rows, payload));
        rest
    }

    /// Takes what belongs to roots that have settled, each once: `each` is given the
    /// payload of rows that were emitted together, and which of them these are.
    pub(crate) fn take(&mut self, roots: Roots, mut each: impl FnMut(&Payload, Range<usize>)) {
        let (mut next, end) = (roots.first.to_bits(), roots.end());
        while next < end {
            let held = self.held.range_mut(..=RootId::from_bits(next)).next_back();
            let Some((&first, held)) = held else { return };
            let start = next - first.to_bits();
            let rows = end.min(first.to_bits() + u64::from(held.rows)) - first.to_bits();
            if start >= rows {
                return;
            }
            let range = start as usize..rows as usize;
            each(&held.payload, range.clone());
            let before = held.left;
            held.take(range);
            self.rows -= (before - held.left) as usize;
            if held.left == 0 {
                self.held.remove(&first);
            } else if held.rows >= SHARE && held.left <= held.rows / SHARE {
                self.take_apart(first);
            }
            next = first.to_bits() + rows;
        }
    }

    /// Holds what is left of rows that were emitted together one by one.
    fn take_apart(&mut self, first: RootId) {
        let Some(held) = self.held.remove(&first) else {
            return;
        };
        let left = (0..held.rows as usize).filter(|row| !held.is_taken(*row));
        for row in left {
            let root = RootId::from_bits(first.to_bits() + row as u64);
            self.held.insert(root, Held::new(1, held.payload.of(row)));
        }
    }

    /// Whether the spout itself tracks the row of this pending root.
    pub(crate) fn is_id(&self, root: RootId) -> bool {
        let held = self.held.range(..=root).next_back();
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
