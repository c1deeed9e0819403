//! Descent: how emitted rows come by their lineage.
//!
//! Every row that is sent gets a fresh edge for each receiving task, and what was
//! sent is remembered where it has to be told to the ledger: with the row it is
//! anchored to, or, for a row of a spout, with its root.

use stormcell_acking::{Branch, EdgeIds};
use stormcell_batch::{Lineage, LineageBuilder};

use crate::rows::{CallRows, KeptRows};

/// Gives the rows of one emission their lineage, once for each receiving task.
/// Rows are named by their position in the emission.
pub(crate) trait Descent: Send {
    /// The lineage of these rows on their way to one task.
    fn lineage(
        &mut self,
        rows: impl ExactSizeIterator<Item = usize> + Send,
        edges: &mut EdgeIds,
    ) -> Lineage;

    /// A row is sent and lost: its edge counts, and nobody will ever ack it.
    fn lost(&mut self, row: usize, edges: &mut EdgeIds) {
        self.lineage(std::iter::once(row), edges);
    }
}

/// Rows that are in no tree.
pub(crate) struct Unanchored;

impl Descent for Unanchored {
    fn lineage(
        &mut self,
        rows: impl ExactSizeIterator<Item = usize> + Send,
        _: &mut EdgeIds,
    ) -> Lineage {
        Lineage::Untracked { rows: rows.len() }
    }
}

/// Rows of a bolt, each anchored to one row of the current call, which is in one
/// tree at most. The usual case, and the fast one.
pub(crate) struct FromCall<'a> {
    /// The roots of the call's rows.
    pub(crate) roots: &'a [u64],
    /// What was sent for each of them.
    pub(crate) sent: &'a mut [u64],
    /// For each emitted row, the position in the call of the row it is anchored to.
    pub(crate) parents: &'a [u32],
}

impl Descent for FromCall<'_> {
    fn lineage(
        &mut self,
        rows: impl ExactSizeIterator<Item = usize> + Send,
        edges: &mut EdgeIds,
    ) -> Lineage {
        let mut roots = Vec::with_capacity(rows.len());
        let mut ids = Vec::with_capacity(rows.len());
        for row in rows {
            let parent = self.parents[row] as usize;
            let root = self.roots[parent];
            let edge = if root == Lineage::NO_ROOT {
                0
            } else {
                edges.next_id()
            };
            self.sent[parent] ^= edge;
            roots.push(root);
            ids.push(edge);
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
    fn lineage(
        &mut self,
        rows: impl ExactSizeIterator<Item = usize> + Send,
        edges: &mut EdgeIds,
    ) -> Lineage {
        let mut builder = LineageBuilder::default();
        let (mut child, mut roots, mut ids) = (Vec::<Branch>::new(), Vec::new(), Vec::new());
        for row in rows {
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
            roots.clear();
            ids.clear();
            // A branch whose edges cancel out would be acked by nobody's ack; the
            // anchors were two different fresh numbers, so that cannot happen.
            roots.extend(child.iter().map(|branch| branch.root.to_bits()));
            ids.extend(child.iter().map(|branch| branch.edge));
            builder.push(&roots, &ids);
        }
        builder.finish()
    }
}

/// Rows of a spout, each a root.
pub(crate) struct FromSpout<'a> {
    /// The root of each emitted row.
    pub(crate) roots: &'a [u64],
    /// The XOR of the edges that were sent for each.
    pub(crate) sent: &'a mut [u64],
}

impl Descent for FromSpout<'_> {
    fn lineage(
        &mut self,
        rows: impl ExactSizeIterator<Item = usize> + Send,
        edges: &mut EdgeIds,
    ) -> Lineage {
        let mut roots = Vec::with_capacity(rows.len());
        let mut ids = Vec::with_capacity(rows.len());
        for row in rows {
            let edge = edges.next_id();
            self.sent[row] ^= edge;
            roots.push(self.roots[row]);
            ids.push(edge);
        }
        Lineage::One { roots, edges: ids }
    }
}
