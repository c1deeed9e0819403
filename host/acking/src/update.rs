//! What a task sends to a ledger.

use crate::{RootId, Touched};

/// A change of one root's entry: edges that were sent or acked in its tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct Update {
    /// The root. [`RootId::spout`] tells whose ledger wants it.
    pub root: RootId,
    /// The XOR of all edges sent and acked.
    pub xor: u64,
    /// The worker incarnations that the tree touched: that of the sender, and
    /// those to which it sent rows. [`Touched::NONE`] within one process.
    pub touched: Touched,
}

impl Update {
    /// An update that touches no other worker.
    #[inline]
    pub const fn new(root: RootId, xor: u64) -> Self {
        Self {
            root,
            xor,
            touched: Touched::NONE,
        }
    }

    /// The same update, with more workers touched.
    #[inline]
    #[must_use]
    pub const fn touching(mut self, workers: Touched) -> Self {
        self.touched = self.touched.union(workers);
        self
    }
}
