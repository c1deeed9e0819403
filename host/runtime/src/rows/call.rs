//! The rows of one call, and what was sent for them.

use stormcell_acking::edges::add_edge;
use stormcell_acking::{Branch, EdgeIds, Fold, Input, RootId, Roots};
use stormcell_batch::{Lineage, Run};

use super::Row;
use super::runs::SentRuns;

/// The rows of one call.
#[derive(Debug)]
pub(crate) struct CallRows {
    pub(super) first: u32,
    rows: Tracked,
}

/// How the rows of a call are tracked.
#[derive(Debug)]
enum Tracked {
    /// None is in a tree.
    No(usize),
    /// Each is in one tree, and they come in runs.
    Runs(SentRuns),
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
            Lineage::Runs(runs) => Tracked::Runs(SentRuns::new(runs)),
            Lineage::One { roots, edges } => Tracked::One {
                sent: vec![0; roots.len()],
                roots,
                edges,
            },
            Lineage::Many { .. } => Tracked::Many(
                (0..lineage.rows())
                    .map(|row| {
                        let branches = lineage.of(row);
                        Input::new(branches.map(|(root, edge)| branch(root, edge)).collect())
                    })
                    .collect(),
            ),
        };
        Self { first, rows }.in_the_best_form()
    }

    /// Rows that a spout emits, each a root of its own: they came by no edge, and what
    /// is acked for them is what was sent for them.
    pub(crate) fn emitted(roots: &[Roots]) -> Self {
        let run = |roots: &Roots| Run {
            root: roots.first.to_bits(),
            rows: roots.rows,
            edge: 0,
        };
        Self::new(0, Lineage::Runs(roots.iter().map(run).collect()))
    }

    /// Many short runs cost more than the rows one by one.
    fn in_the_best_form(mut self) -> Self {
        if let Tracked::Runs(runs) = &self.rows
            && runs.are_short()
        {
            self.take_apart();
        }
        self
    }

    /// Follows each row by itself from now on, if they were followed in runs.
    fn take_apart(&mut self) {
        if let Tracked::Runs(runs) = &mut self.rows {
            let (roots, edges, sent) = std::mem::take(runs).into_arrays();
            self.rows = Tracked::One { roots, edges, sent };
        }
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        match &self.rows {
            Tracked::No(rows) => *rows,
            Tracked::Runs(runs) => runs.rows(),
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
            Tracked::Runs(runs) => {
                let branch = runs.branch(position);
                fold.add(branch.root, branch.edge);
            }
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
        if let Tracked::Runs(runs) = &self.rows {
            runs.ack_all(fold);
            return;
        }
        for position in 0..self.len() {
            self.ack(position, fold);
        }
    }

    /// Calls `each` with the roots of the row at this position.
    pub(crate) fn roots(&self, position: usize, mut each: impl FnMut(RootId)) {
        match &self.rows {
            Tracked::No(_) => {}
            Tracked::Runs(runs) => each(runs.branch(position).root),
            Tracked::One { roots, .. } => {
                if roots[position] != Lineage::NO_ROOT {
                    each(RootId::from_bits(roots[position]));
                }
            }
            Tracked::Many(rows) => rows[position].roots().for_each(each),
        }
    }

    /// How many trees the row at this position is in, or one more.
    pub(crate) fn branches(&self, position: usize) -> usize {
        match &self.rows {
            Tracked::No(_) => 0,
            Tracked::Runs(_) | Tracked::One { .. } => 1,
            Tracked::Many(rows) => rows[position].branches().len(),
        }
    }

    /// The row at this position by itself, to be kept.
    pub(super) fn keep(&self, position: usize) -> Row {
        match &self.rows {
            Tracked::No(_) => Input::new(Box::default()),
            // What was sent for the row so far is part of what its ack says.
            Tracked::Runs(runs) => Input::new(Box::new([runs.branch(position)])),
            Tracked::One { roots, edges, sent } => {
                let root = roots[position];
                if root == Lineage::NO_ROOT {
                    return Input::new(Box::default());
                }
                Input::new(Box::new([branch(root, edges[position] ^ sent[position])]))
            }
            Tracked::Many(rows) => rows[position].clone(),
        }
    }

    /// Whether each row is in one tree at most.
    pub(crate) fn one_root_each(&self) -> bool {
        matches!(self.rows, Tracked::Runs(_) | Tracked::One { .. })
    }

    /// Whether each row is in one tree at most, or none is in any.
    pub(crate) fn is_simple(&self) -> bool {
        !matches!(self.rows, Tracked::Many(_))
    }

    /// For rows in one tree at most: the root of a row, to be read, and what was
    /// sent for it, to be changed.
    pub(crate) fn one(&mut self) -> Option<(&[u64], &mut [u64])> {
        self.take_apart();
        match &mut self.rows {
            Tracked::One { roots, sent, .. } => Some((roots, sent)),
            _ => None,
        }
    }

    /// Anchors one new row to each of these rows, which follow each other, if they are
    /// followed in runs: the runs of the new rows.
    pub(crate) fn anchor_runs(
        &mut self,
        rows: std::ops::Range<usize>,
        edges: &mut EdgeIds,
    ) -> Option<Vec<Run>> {
        match &mut self.rows {
            Tracked::Runs(runs) => Some(runs.anchor(rows, edges)),
            _ => None,
        }
    }

    /// Whether no row is in a tree.
    pub(crate) fn untracked(&self) -> bool {
        matches!(self.rows, Tracked::No(_))
    }

    /// Anchors a child to the row at this position (see [`Input::anchor`]).
    pub(crate) fn anchor(&mut self, position: usize, child: &mut Vec<Branch>, fresh: u64) {
        self.take_apart();
        match &mut self.rows {
            Tracked::No(_) | Tracked::Runs(_) => {}
            Tracked::One { roots, sent, .. } => {
                if roots[position] == Lineage::NO_ROOT {
                    return;
                }
                sent[position] ^= fresh;
                add_edge(child, RootId::from_bits(roots[position]), fresh);
            }
            Tracked::Many(rows) => rows[position].anchor(child, fresh),
        }
    }
}

fn branch(root: u64, edge: u64) -> Branch {
    Branch {
        root: RootId::from_bits(root),
        edge,
    }
}
