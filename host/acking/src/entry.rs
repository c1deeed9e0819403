//! The entry of a pending root, and what a change does to it.

use crate::{FailReason, Outcome, RootId, Touched, Update};

/// What is known of a pending root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    /// The XOR of all edges heard of.
    pub(crate) xor: u64,
    pub(crate) touched: Touched,
    /// Whether the spout has said what it sent.
    pub(crate) init: bool,
    /// Which of the two timeout buckets it is in.
    pub(crate) bucket: bool,
}

/// What a change does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    /// Nothing: what counts once came again.
    Ignored,
    /// The root is still pending.
    Pending,
    /// The root ends.
    Ends(Outcome),
}

impl State {
    /// A root that was just opened.
    pub(crate) const fn opened(bucket: bool) -> Self {
        Self {
            xor: 0,
            touched: Touched::NONE,
            init: false,
            bucket,
        }
    }

    /// Applies an update; `init`: it is what the spout sent, and the root goes into
    /// this bucket. `dead` are the incarnations that have died.
    #[inline(always)]
    pub(crate) fn apply(&mut self, update: &Update, init: Option<bool>, dead: Touched) -> Change {
        if let Some(bucket) = init {
            if self.init {
                return Change::Ignored;
            }
            self.init = true;
            self.bucket = bucket;
        }
        self.xor ^= update.xor;
        self.touched = self.touched.union(update.touched);
        if update.touched.intersects(dead) {
            Change::Ends(Outcome::Failed(FailReason::WorkerDied))
        } else if self.xor == 0 && self.init {
            Change::Ends(Outcome::Acked)
        } else {
            Change::Pending
        }
    }
}

/// What is kept of a pending root that stands alone: 32 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) root: RootId,
    pub(crate) state: State,
}
