//! Where a ledger keeps the entries of roots that stand alone: a ring, and a map for
//! stragglers.
//!
//! Root counters are dense, so the entry of a root stands in the ring at its
//! counter modulo the length of the ring, and finding it is one comparison. A root
//! that is still there when another one comes to its place moves to the map.
//! Memory is bounded by how many roots are pending, never by the distance between
//! the oldest and the newest: the ring has at most four times as many places as
//! there were ever roots pending at a time (and no fewer than [`SMALLEST`]).

use crate::RootId;
use crate::entry::{Entry, State};
use std::collections::BTreeMap;

/// The length of a new ring; a power of two.
const SMALLEST: usize = 64;

/// A ring of so many places is large: 2 MiB.
const LARGE: usize = 1 << 16;

/// No root has this id, see [`RootId::to_bits`].
const VACANT: RootId = RootId::from_bits(u64::MAX);

const EMPTY: Entry = Entry {
    root: VACANT,
    state: State::opened(false),
};

/// The entries of the roots of one ledger that stand alone.
#[derive(Clone, Debug)]
pub(crate) struct Ring {
    /// The length is a power of two.
    places: Vec<Entry>,
    stragglers: BTreeMap<RootId, Entry>,
    len: usize,
}

impl Ring {
    pub(crate) fn new() -> Self {
        Self {
            places: vec![EMPTY; SMALLEST],
            stragglers: BTreeMap::new(),
            len: 0,
        }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    fn place(&self, root: RootId) -> usize {
        root.to_bits() as usize & (self.places.len() - 1)
    }

    /// Whether this root is pending and stands in the ring.
    #[inline]
    pub(crate) fn in_place(&self, root: RootId) -> bool {
        let place = self.places.get(self.place(root));
        root != VACANT && place.is_some_and(|entry| entry.root == root)
    }

    pub(crate) fn contains(&self, root: RootId) -> bool {
        self.in_place(root) || self.stragglers.contains_key(&root)
    }

    #[inline]
    pub(crate) fn find(&mut self, root: RootId) -> Option<&mut Entry> {
        if self.in_place(root) {
            let place = self.place(root);
            return self.places.get_mut(place);
        }
        self.find_straggler(root)
    }

    #[cold]
    fn find_straggler(&mut self, root: RootId) -> Option<&mut Entry> {
        self.stragglers.get_mut(&root)
    }

    /// Adds an entry whose root is not there yet. `pending` is how many roots are
    /// pending in all, this one included: those of runs may come here, too.
    #[inline]
    pub(crate) fn insert(&mut self, entry: Entry, pending: usize) {
        while pending * 2 > self.places.len() {
            self.grow();
        }
        let place = self.place(entry.root);
        if let Some(place) = self.places.get_mut(place) {
            let before = std::mem::replace(place, entry);
            if before.root != VACANT {
                self.stragglers.insert(before.root, before);
            }
            self.len += 1;
        }
    }

    /// Doubles the ring. Entries at different places stay at different places.
    #[cold]
    fn grow(&mut self) {
        let longer = vec![EMPTY; self.places.len() * 2];
        for entry in std::mem::replace(&mut self.places, longer) {
            let place = self.place(entry.root);
            if entry.root != VACANT
                && let Some(place) = self.places.get_mut(place)
            {
                *place = entry;
            }
        }
    }

    /// Gives memory back that is not needed any more, if it is much. `pending` is as for
    /// [`Self::insert`].
    #[inline(never)]
    pub(crate) fn shrink(&mut self, pending: usize) {
        if self.places.len() > LARGE && pending * 8 <= self.places.len() {
            self.make_anew((pending * 4).next_power_of_two().max(SMALLEST));
        }
    }

    /// Puts all entries of the ring into one of so many places.
    #[cold]
    #[inline(never)]
    fn make_anew(&mut self, places: usize) {
        let before = std::mem::replace(&mut self.places, vec![EMPTY; places]);
        for entry in before.into_iter().filter(|entry| entry.root != VACANT) {
            let place = self.place(entry.root);
            if let Some(place) = self.places.get_mut(place) {
                let other = std::mem::replace(place, entry);
                if other.root != VACANT {
                    self.stragglers.insert(other.root, other);
                }
            }
        }
    }

    /// Takes an entry out.
    #[inline]
    pub(crate) fn remove(&mut self, root: RootId) -> Option<Entry> {
        let removed = if self.in_place(root) {
            let place = self.place(root);
            let place = self.places.get_mut(place);
            place.map(|entry| std::mem::replace(entry, EMPTY))
        } else {
            self.stragglers.remove(&root)
        };
        self.len -= usize::from(removed.is_some());
        removed
    }

    /// All entries, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        let in_ring = self.places.iter().filter(|entry| entry.root != VACANT);
        self.stragglers.values().chain(in_ring)
    }
}

#[cfg(test)]
mod tests;
