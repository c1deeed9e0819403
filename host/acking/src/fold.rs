//! Folding: the updates of one call, one for each root, before they leave the task.
//!
//! A call on a batch acks many rows of the same tree (ten words of one sentence).
//! XOR does not mind the order, so they leave as one update.
//!
//! Law: for each root, the XOR and the union of [`Touched`](crate::Touched) over
//! [`Fold::updates`] are those over everything added since [`Fold::clear`].
//! Updates of a root are merged when they are near each other; one far behind may
//! stay by itself, which is harmless. But they are no more than about twice as many as
//! there are different roots, however often each is added.

use crate::{RootId, Roots, Update};

/// How many recent roots are remembered; a power of two.
const RECENT: usize = 256;

/// Room for so many updates is kept: those of a call of a thousand rows that each become a
/// dozen, 512 KiB.
const KEPT: usize = 16_384;

/// Collects the updates of one call. Keep it and [`clear`](Fold::clear) it: it
/// then allocates nothing in the steady state.
#[derive(Clone, Debug)]
pub struct Fold {
    updates: Vec<Update>,
    /// Where in `updates` a root may be, by the low bits of the root. A hint: it
    /// is checked against the root, so it need not be reset.
    recent: Box<[u32; RECENT]>,
}

impl Fold {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            updates: Vec::new(),
            recent: Box::new([0; RECENT]),
        }
    }

    /// Adds edges sent or acked.
    #[inline]
    pub fn add(&mut self, root: RootId, xor: u64) {
        self.add_update(Update::new(root, xor));
    }

    /// Adds edges sent or acked in the trees of consecutive roots, the same for each.
    #[inline]
    pub fn add_all(&mut self, roots: Roots, xor: u64) {
        self.add_update(Update::of(roots, xor));
    }

    /// Adds an update, with the workers it touched.
    #[inline]
    pub fn add_update(&mut self, update: Update) {
        if let Some(last) = self.updates.last_mut()
            && last.roots() == update.roots()
        {
            merge(last, update);
            return;
        }
        self.add_apart(update);
    }

    #[inline(never)]
    fn add_apart(&mut self, update: Update) {
        let recent = &mut self.recent[recent(update)];
        if let Some(earlier) = self.updates.get_mut(*recent as usize)
            && earlier.roots() == update.roots()
        {
            merge(earlier, update);
        } else if self.updates.len() == self.updates.capacity() {
            self.add_to_full(update);
        } else {
            // Past 2^32 updates the hint is wrong, and only a hint.
            *recent = self.updates.len() as u32;
            self.updates.push(update);
        }
    }

    /// Adds an update when there is no room: if there are many, those of the same roots are
    /// merged first, and there is only more room if that has not made enough.
    #[cold]
    #[inline(never)]
    fn add_to_full(&mut self, update: Update) {
        if self.updates.len() >= KEPT {
            self.merge_all();
            if self.updates.len() > self.updates.capacity() / 2 {
                self.updates.reserve(self.updates.capacity());
            }
        }
        self.recent[recent(update)] = self.updates.len() as u32;
        self.updates.push(update);
    }

    /// Merges all updates of the same roots, wherever they are.
    fn merge_all(&mut self) {
        self.updates
            .sort_unstable_by_key(|update| (update.root, update.rows));
        self.updates.dedup_by(|next, first| {
            let same = next.roots() == first.roots();
            if same {
                merge(first, *next);
            }
            same
        });
    }

    /// What is to be sent, in the order in which roots first came, or if there are many in
    /// that of the roots.
    #[inline]
    pub fn updates(&self) -> &[Update] {
        &self.updates
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.updates.is_empty()
    }

    /// Empties it and keeps its memory, unless one call had far more updates than most:
    /// every task has folds, and keeps them for as long as it runs.
    #[inline]
    pub fn clear(&mut self) {
        self.updates.clear();
        if self.updates.capacity() > KEPT {
            self.updates = Vec::new();
        }
    }
}

impl Default for Fold {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the hint for an update is: within the array by its mask.
#[inline]
fn recent(update: Update) -> usize {
    update.root.to_bits() as usize & (RECENT - 1)
}

#[inline]
fn merge(into: &mut Update, update: Update) {
    into.xor ^= update.xor;
    into.touched = into.touched.union(update.touched);
}

#[cfg(test)]
mod tests;
