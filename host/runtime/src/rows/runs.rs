//! Rows of a call that are in runs: consecutive roots, one edge, and the same edges sent
//! for each row. A run costs as much as a row.

use std::ops::Range;

use stormcell_acking::{Branch, EdgeIds, Fold, RootId, Roots};
use stormcell_batch::Run;

/// So few rows in a run on average are few, unless there are only a few runs.
const FEW: usize = 4;

/// A run, where it starts, and what was sent for each of its rows.
#[derive(Debug)]
struct SentRun {
    start: usize,
    run: Run,
    sent: u64,
}

/// The rows of a call, in runs. Each starts where the one before it ends.
#[derive(Debug, Default)]
pub(super) struct SentRuns {
    runs: Vec<SentRun>,
    rows: usize,
}

impl SentRuns {
    /// Rows for which nothing was sent.
    pub(super) fn new(runs: Vec<Run>) -> Self {
        let mut rows = 0;
        let runs = runs
            .into_iter()
            .map(|run| {
                let start = rows;
                rows += run.rows as usize;
                SentRun {
                    start,
                    run,
                    sent: 0,
                }
            })
            .collect();
        Self { runs, rows }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether the rows are better followed one by one.
    pub(super) fn are_short(&self) -> bool {
        self.runs.len() > FEW && self.runs.len() * FEW > self.rows
    }

    /// The tree of a row, and what its ack says: its own edge and all edges sent for it.
    ///
    /// # Panics
    /// If there is no such row.
    pub(super) fn branch(&self, row: usize) -> Branch {
        let after = self.runs.partition_point(|run| run.start <= row);
        let SentRun { start, run, sent } = &self.runs[after - 1];
        Branch {
            root: RootId::from_bits(run.root + (row - start) as u64),
            edge: run.edge ^ sent,
        }
    }

    /// Acks all rows.
    pub(super) fn ack_all(&self, fold: &mut Fold) {
        for SentRun { run, sent, .. } in &self.runs {
            let first = RootId::from_bits(run.root);
            let roots = Roots {
                first,
                rows: run.rows,
            };
            fold.add_all(roots, run.edge ^ sent);
        }
    }

    /// Anchors one new row to each of these rows. The new rows of a run all have the
    /// same edge: in each tree there is only one of them.
    pub(super) fn anchor(&mut self, rows: Range<usize>, edges: &mut EdgeIds) -> Vec<Run> {
        let (first, end) = (self.cut(rows.start), self.cut(rows.end));
        self.runs[first..end]
            .iter_mut()
            .map(|SentRun { run, sent, .. }| {
                let edge = edges.next_id();
                *sent ^= edge;
                Run { edge, ..*run }
            })
            .collect()
    }

    /// The index of the run that starts at this row, which is cut off if it must be.
    fn cut(&mut self, row: usize) -> usize {
        let index = self.runs.partition_point(|run| run.start < row);
        if let Some(before) = index.checked_sub(1).and_then(|at| self.runs.get_mut(at)) {
            let rows = (row - before.start) as u32;
            if rows < before.run.rows {
                let rest = SentRun {
                    start: row,
                    run: Run {
                        root: before.run.root + u64::from(rows),
                        rows: before.run.rows - rows,
                        ..before.run
                    },
                    sent: before.sent,
                };
                before.run.rows = rows;
                self.runs.insert(index, rest);
            }
        }
        index
    }

    /// The root, the edge and what was sent, of each row.
    pub(super) fn into_arrays(self) -> (Vec<u64>, Vec<u64>, Vec<u64>) {
        let mut roots = Vec::with_capacity(self.rows);
        let mut edges = Vec::with_capacity(self.rows);
        let mut all_sent = Vec::with_capacity(self.rows);
        for SentRun { run, sent, .. } in self.runs {
            roots.extend(run.root..run.root + u64::from(run.rows));
            edges.resize(roots.len(), run.edge);
            all_sent.resize(roots.len(), sent);
        }
        (roots, edges, all_sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(root: u64, rows: u32, edge: u64) -> Run {
        Run { root, rows, edge }
    }

    #[test]
    fn a_part_that_is_anchored_is_cut_off() {
        let mut runs = SentRuns::new(vec![run(10, 5, 1), run(50, 5, 2)]);
        let mut ids = EdgeIds::new(7);
        let sent = runs.anchor(3..7, &mut ids);
        assert_eq!(sent.len(), 2);
        assert_eq!((sent[0].root, sent[0].rows), (13, 2));
        assert_eq!((sent[1].root, sent[1].rows), (50, 2));
        let (roots, edges, xors) = runs.into_arrays();
        assert_eq!(roots, [10, 11, 12, 13, 14, 50, 51, 52, 53, 54]);
        assert_eq!(edges, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
        let (a, b) = (sent[0].edge, sent[1].edge);
        assert_ne!(a, b);
        assert_eq!(xors, [0, 0, 0, a, a, b, b, 0, 0, 0]);
    }

    #[test]
    fn what_is_anchored_twice_has_sent_both() {
        let mut runs = SentRuns::new(vec![run(10, 8, 1)]);
        let mut ids = EdgeIds::new(7);
        let first = runs.anchor(0..8, &mut ids)[0].edge;
        let second = runs.anchor(2..8, &mut ids)[0].edge;
        assert_eq!(runs.branch(1).edge, 1 ^ first);
        assert_eq!(runs.branch(2).edge, 1 ^ first ^ second);
        assert_eq!(runs.branch(2).root, RootId::from_bits(12));
        let mut fold = Fold::new();
        runs.ack_all(&mut fold);
        assert_eq!(fold.updates().len(), 2);
        assert_eq!(fold.updates()[1].rows, 6);
    }

    #[test]
    fn nothing_is_anchored_to_no_rows() {
        let mut runs = SentRuns::new(vec![run(10, 8, 1)]);
        assert!(runs.anchor(8..8, &mut EdgeIds::new(1)).is_empty());
        assert!(runs.anchor(0..0, &mut EdgeIds::new(1)).is_empty());
    }
}
