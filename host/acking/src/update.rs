//! What a task sends to a ledger.

use crate::{RootId, Roots, Touched};

/// A change of the entries of consecutive roots: edges that were sent or acked in the
/// trees of each of them, the same for all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct Update {
    /// The first root. [`RootId::spout`] tells whose ledger wants it.
    pub root: RootId,
    /// The XOR of all edges sent and acked.
    pub xor: u64,
    /// The worker incarnations that the trees touched: that of the sender, and
    /// those to which it sent rows. [`Touched::NONE`] within one process.
    pub touched: Touched,
    /// How many roots: at least 1.
    pub rows: u32,
}

impl Update {
    /// An update of one root that touches no other worker.
    #[inline]
    pub const fn new(root: RootId, xor: u64) -> Self {
        Self::of(Roots::one(root), xor)
    }

    /// An update of consecutive roots that touches no other worker.
    #[inline]
    pub const fn of(roots: Roots, xor: u64) -> Self {
        Self {
            root: roots.first,
            xor,
            touched: Touched::NONE,
            rows: roots.rows,
        }
    }

    /// Which roots it changes.
    #[inline]
    pub const fn roots(&self) -> Roots {
        Roots {
            first: self.root,
            rows: self.rows,
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
