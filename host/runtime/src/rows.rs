//! The rows that a bolt's task has been given and has not yet acked or failed.
//!
//! A row is known to its component by a handle: a number that goes up by one from
//! row to row, modulo 2^32. The rows of the current call are consecutive; rows
//! that the bolt kept in earlier calls are in a map. Invariant: no two rows that a
//! task holds have the same handle.

use std::collections::BTreeMap;
use std::sync::Arc;

use stormcell_acking::{Branch, Fold, Input, RootId};
use stormcell_batch::{BatchError, Columns, Lineage};

/// One row in so many is few: then the values of kept rows are copied.
const FEW: usize = 4;

/// A row with any number of branches.
pub(crate) type Row = Input<Box<[Branch]>>;

/// The rows of one call.
#[derive(Debug)]
pub(crate) struct CallRows {
    first: u32,
    rows: Tracked,
}

/// How the rows of a call are tracked.
#[derive(Debug)]
enum Tracked {
    /// None is in a tree.
    No(usize),
    /// Each is in one tree at most: plain arrays, for speed.
    One {
        roots: Vec<u64>,
        edges: Vec<u64>,
        /// The XOR of the edges of the children.
        sent: Vec<u64>,
    },
    /// Some are in several.
    Many(Vec<Row>),
}

impl CallRows {
    /// The rows of a call, the first of which has this handle.
    pub(crate) fn new(first: u32, lineage: Lineage) -> Self {
        let rows = match lineage {
            Lineage::Untracked { rows } => Tracked::No(rows),
            Lineage::One { roots, edges } => Tracked::One {
                sent: vec![0; roots.len()],
                roots,
                edges,
            },
            Lineage::Many { .. } => Tracked::Many(
                (0..lineage.rows())
                    .map(|row| {
                        let (roots, edges) = lineage.of(row);
                        Input::new(branches(roots, edges))
                    })
                    .collect(),
            ),
        };
        Self { first, rows }
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        match &self.rows {
            Tracked::No(rows) => *rows,
            Tracked::One { roots, .. } => roots.len(),
            Tracked::Many(rows) => rows.len(),
        }
    }

    /// The position in the call of the row with this handle.
    pub(crate) fn position(&self, handle: u32) -> Option<usize> {
        let position = handle.wrapping_sub(self.first) as usize;
        (position < self.len()).then_some(position)
    }

    /// Acks the row at this position.
    pub(crate) fn ack(&self, position: usize, fold: &mut Fold) {
        match &self.rows {
            Tracked::No(_) => {}
            Tracked::One { roots, edges, sent } => {
                let root = roots[position];
                if root != Lineage::NO_ROOT {
                    fold.add(RootId::from_bits(root), edges[position] ^ sent[position]);
                }
            }
            Tracked::Many(rows) => rows[position].ack(fold),
        }
    }

    /// Acks all rows.
    pub(crate) fn ack_all(&self, fold: &mut Fold) {
        for position in 0..self.len() {
            self.ack(position, fold);
        }
    }

    /// Calls `each` with the roots of the row at this position.
    pub(crate) fn roots(&self, position: usize, mut each: impl FnMut(RootId)) {
        match &self.rows {
            Tracked::No(_) => {}
            Tracked::One { roots, .. } => {
                if roots[position] != Lineage::NO_ROOT {
                    each(RootId::from_bits(roots[position]));
                }
            }
            Tracked::Many(rows) => rows[position].roots().for_each(each),
        }
    }

    /// The row at this position by itself, to be kept.
    fn keep(&self, position: usize) -> Row {
        match &self.rows {
            Tracked::No(_) => Input::new(Box::default()),
            Tracked::One { roots, edges, sent } => {
                let root = roots[position];
                if root == Lineage::NO_ROOT {
                    return Input::new(Box::default());
                }
                // What was sent for the row so far is part of what its ack says.
                let edge = edges[position] ^ sent[position];
                Input::new(branches(&[root], &[edge]))
            }
            Tracked::Many(rows) => rows[position].clone(),
        }
    }

    /// For rows in one tree at most: the root of a row, to be read, and what was
    /// sent for it, to be changed.
    pub(crate) fn one(&mut self) -> Option<(&[u64], &mut [u64])> {
        match &mut self.rows {
            Tracked::One { roots, sent, .. } => Some((roots, sent)),
            _ => None,
        }
    }

    /// Whether no row is in a tree.
    pub(crate) fn untracked(&self) -> bool {
        matches!(self.rows, Tracked::No(_))
    }

    /// Anchors a child to the row at this position (see [`Input::anchor`]).
    pub(crate) fn anchor(&mut self, position: usize, child: &mut Vec<Branch>, fresh: u64) {
        match &mut self.rows {
            Tracked::No(_) => {}
            Tracked::One { roots, sent, .. } => {
                if roots[position] == Lineage::NO_ROOT {
                    return;
                }
                sent[position] ^= fresh;
                let root = RootId::from_bits(roots[position]);
                match child.iter_mut().find(|branch| branch.root == root) {
                    Some(branch) => branch.edge ^= fresh,
                    None => child.push(Branch { root, edge: fresh }),
                }
            }
            Tracked::Many(rows) => rows[position].anchor(child, fresh),
        }
    }
}

/// The branches of a row that is not in a tree: none.
fn branches(roots: &[u64], edges: &[u64]) -> Box<[Branch]> {
    roots
        .iter()
        .zip(edges)
        .map(|(&root, &edge)| Branch {
            root: RootId::from_bits(root),
            edge,
        })
        .collect()
}

/// The values of rows of one source, some of which are kept.
#[derive(Debug)]
pub(crate) struct Values {
    /// Which of the task's inputs they came in by.
    pub(crate) input: u32,
    /// The task that emitted them.
    pub(crate) source_task: u32,
    /// The values.
    pub(crate) columns: Columns,
}

/// A row that a bolt keeps.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Its place in trees.
    pub(crate) row: Row,
    /// Where its values are, and which row of these it is: for another instance, if
    /// the component is exchanged.
    pub(crate) values: Option<(Arc<Values>, u32)>,
}

/// The rows that a bolt keeps over calls, and the next handle.
#[derive(Debug, Default)]
pub(crate) struct KeptRows {
    next: u32,
    rows: BTreeMap<u32, Kept>,
}

impl KeptRows {
    /// Handles for the rows of a call: the first of `count` consecutive ones, none
    /// of which a kept row has.
    pub(crate) fn handles(&mut self, count: usize) -> u32 {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        // Every pass goes beyond one kept row, so there are at most that many.
        for _ in 0..=self.rows.len() {
            let first = self.next;
            let end = u64::from(first) + u64::from(count);
            let taken = if end <= 1 << 32 {
                let last = (end - 1) as u32;
                self.rows.range(first..=last).next_back().map(|(&h, _)| h)
            } else {
                // The range wraps: start again at 0 unless it is free as it is.
                let wrapped = (end - (1 << 32)) as u32;
                let low = self.rows.range(..wrapped).next_back().map(|(&h, _)| h);
                low.or_else(|| self.rows.range(first..).next_back().map(|(&h, _)| h))
            };
            match taken {
                Some(handle) => self.next = handle.wrapping_add(1),
                None => break,
            }
        }
        let first = self.next;
        self.next = first.wrapping_add(count);
        first
    }

    /// Keeps a row of a call.
    pub(crate) fn keep(&mut self, call: &CallRows, position: usize) {
        let handle = call.first.wrapping_add(position as u32);
        let row = call.keep(position);
        self.rows.insert(handle, Kept { row, values: None });
    }

    /// Keeps the values of those rows of a call that are kept. The call's first row
    /// has this handle, and its rows come from these sources, one after the other.
    ///
    /// # Errors
    /// If values cannot be gathered; those of a call always can.
    pub(crate) fn keep_values(
        &mut self,
        first: u32,
        sources: impl Iterator<Item = Values>,
    ) -> Result<(), BatchError> {
        let mut start = first;
        for source in sources {
            let rows = source.columns.rows() as u32;
            let positions: Vec<u32> = (0..rows)
                .filter(|&at| self.rows.contains_key(&start.wrapping_add(at)))
                .collect();
            // A few rows must not hold the memory of all.
            let few = positions.len() * FEW < rows as usize;
            let columns = match few {
                true => source.columns.gather(positions.clone())?,
                false => source.columns,
            };
            let values = Arc::new(Values { columns, ..source });
            for (place, at) in positions.into_iter().enumerate() {
                if let Some(kept) = self.rows.get_mut(&start.wrapping_add(at)) {
                    let at = if few { place as u32 } else { at };
                    kept.values = Some((Arc::clone(&values), at));
                }
            }
            start = start.wrapping_add(rows);
        }
        Ok(())
    }

    /// The row with this handle.
    pub(crate) fn get(&self, handle: u32) -> Option<&Row> {
        self.rows.get(&handle).map(|kept| &kept.row)
    }

    /// The row with this handle, to be changed.
    pub(crate) fn get_mut(&mut self, handle: u32) -> Option<&mut Row> {
        self.rows.get_mut(&handle).map(|kept| &mut kept.row)
    }

    /// Whether a kept row has this handle.
    pub(crate) fn contains(&self, handle: u32) -> bool {
        self.rows.contains_key(&handle)
    }

    /// Takes the row with this handle out.
    pub(crate) fn remove(&mut self, handle: u32) -> Option<Row> {
        self.rows.remove(&handle).map(|kept| kept.row)
    }

    /// Takes all rows out.
    pub(crate) fn clear(&mut self) -> impl Iterator<Item = Kept> + use<> {
        std::mem::take(&mut self.rows).into_values()
    }

    /// How many rows are kept.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

#[cfg(test)]
mod tests;
