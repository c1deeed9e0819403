//! Descent: how emitted rows come by their lineage.
//!
//! Every row that is sent gets a fresh edge for each receiving task, and what was
//! sent is remembered where it has to be told to the ledger: with the row it is
//! anchored to, or, for a row of a spout, with its root.

use std::ops::Range;

use stormcell_acking::edges::unite;
use stormcell_acking::{Branch, EdgeIds};
use stormcell_batch::{Lineage, LineageBuilder};

use crate::rows::{CallRows, KeptRows};

/// Rows of one emission, by their positions in it.
#[derive(Debug, Clone)]
pub(crate) enum Rows<'a> {
    /// Rows that follow each other.
    Range(Range<usize>),
    /// Any rows.
    These(&'a [u32]),
}

impl Rows<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::These(rows) => rows.len(),
        }
    }

    fn each(self, mut each: impl FnMut(usize)) {
        match self {
            Self::Range(range) => range.for_each(each),
            Self::These(rows) => rows.iter().for_each(|&row| each(row as usize)),
        }
    }
}

/// Gives the rows of one emission their lineage, once for each receiving task.
pub(crate) trait Descent: Send {
    /// The lineage of these rows on their way to one task.
    fn lineage(&mut self, rows: Rows<'_>, edges: &mut EdgeIds) -> Lineage;

    /// A row is sent and lost: its edge counts, and nobody will ever ack it.
    fn lost(&mut self, row: u32, edges: &mut EdgeIds) {
        self.lineage(Rows::These(&[row]), edges);
    }
}

/// Rows that are in no tree.
pub(crate) struct Unanchored;

impl Descent for Unanchored {
    fn lineage(&mut self, rows: Rows<'_>, _: &mut EdgeIds) -> Lineage {
        Lineage::Untracked { rows: rows.len() }
    }
}

/// To which rows of the call the rows of an emission are anchored.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Parents<'a> {
    /// Row i to the row at this position plus i.
    From(usize),
    /// Row i to the row at position i of this list.
    Each(&'a [u32]),
}

/// Rows that are each anchored to one row of the current call, which is in one tree at
/// most; or rows of a spout, each a root. The usual case, and the fast one: rows that
/// stay together in runs are told as one.
pub(crate) struct FromCall<'a> {
    pub(crate) call: &'a mut CallRows,
    pub(crate) parents: Parents<'a>,
}

impl Descent for FromCall<'_> {
    fn lineage(&mut self, rows: Rows<'_>, edges: &mut EdgeIds) -> Lineage {
        if let (Parents::From(first), Rows::Range(range)) = (self.parents, &rows) {
            let rows = first + range.start..first + range.end;
            if let Some(runs) = self.call.anchor_runs(rows, edges) {
                return Lineage::Runs(runs);
            }
        }
        let mut roots = Vec::with_capacity(rows.len());
        let mut ids = Vec::with_capacity(rows.len());
        let Some((root_of, sent)) = self.call.one() else {
            return Lineage::Untracked { rows: rows.len() };
        };
        let mut anchor = |parent: usize| {
            let root = root_of[parent];
            let edge = if root == Lineage::NO_ROOT {
                0
            } else {
                edges.next_id()
            };
            sent[parent] ^= edge;
            roots.push(root);
            ids.push(edge);
        };
        match self.parents {
            Parents::From(first) => rows.each(|row| anchor(first + row)),
            Parents::Each(parents) => rows.each(|row| anchor(parents[row] as usize)),
        }
        Lineage::One { roots, edges: ids }
    }
}

/// Rows of a bolt, anchored to any number of rows of this call or of earlier ones.
pub(crate) struct FromCalls<'a> {
    pub(crate) call: &'a mut CallRows,
    pub(crate) kept: &'a mut KeptRows,
    /// For each emitted row, the handles from `offsets[row]` to `offsets[row + 1]`.
    pub(crate) offsets: &'a [u32],
    pub(crate) handles: &'a [u32],
}

impl Descent for FromCalls<'_> {
    fn lineage(&mut self, rows: Rows<'_>, edges: &mut EdgeIds) -> Lineage {
        let mut builder = LineageBuilder::default();
        let mut child = Vec::<Branch>::new();
        rows.each(|row| {
            child.clear();
            let range = self.offsets[row] as usize..self.offsets[row + 1] as usize;
            for &handle in &self.handles[range] {
                let edge = edges.next_id();
                match self.call.position(handle) {
                    Some(position) => self.call.anchor(position, &mut child, edge),
                    None => {
                        if let Some(kept) = self.kept.get_mut(handle) {
                            kept.anchor(&mut child, edge);
                        }
                    }
                }
            }
            unite(&mut child);
            // A branch whose edges cancel out would be acked by nobody's ack; the
            // anchors were two different fresh numbers, so that cannot happen.
            builder.push(child.iter().map(|b| (b.root.to_bits(), b.edge)));
        });
        builder.finish()
    }
}
