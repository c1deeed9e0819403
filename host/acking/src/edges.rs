//! Edges: what a row that is sent adds to the trees it belongs to.
//!
//! The rules are those of Storm's `BoltOutputCollectorImpl`, and they hold for each
//! task that a row is sent to by itself:
//! * A child anchored to a row gets one fresh edge id, XORed into every root of
//!   that row. It has one such id for each anchor.
//! * The same id is XORed into what the row has sent ([`Input`]). When the row is
//!   acked, each of its roots is told its own edge XOR all it has sent.
//! * The same anchor twice is legal: it counts twice on both sides.

use crate::{Fold, RootId};

/// A row's place in one tree: the root and the row's edge. A row anchored to
/// several rows has several.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(C)]
pub struct Branch {
    /// The root of the tree.
    pub root: RootId,
    /// The XOR of the edge ids under which the row was sent in this tree.
    pub edge: u64,
}

/// A row that a bolt has been given and has not yet acked or failed.
#[derive(Clone, Debug)]
pub struct Input<L> {
    branches: L,
    sent: u64,
}

impl<L: AsRef<[Branch]>> Input<L> {
    /// A row with these branches, no two of the same root. None: it is not tracked.
    pub fn new(branches: L) -> Self {
        Self { branches, sent: 0 }
    }

    /// Anchors a child to this row, for one receiving task. `fresh` is a new edge
    /// id ([`EdgeIds::next_id`]); `child` is the child's branches so far, to which
    /// those of this row are added. Call it once for each of the child's anchors,
    /// and with a new child for each receiving task; then [`unite`] its branches.
    pub fn anchor(&mut self, child: &mut Vec<Branch>, fresh: u64) {
        self.sent ^= fresh;
        for &Branch { root, .. } in self.branches.as_ref() {
            add_edge(child, root, fresh);
        }
    }

    /// Its places in trees.
    pub fn branches(&self) -> &[Branch] {
        self.branches.as_ref()
    }

    /// Acks this row: what each of its roots is to be told.
    pub fn ack(&self, fold: &mut Fold) {
        for branch in self.branches.as_ref() {
            fold.add(branch.root, branch.edge ^ self.sent);
        }
    }

    /// The branches of the same row if it is given to another task or instance: what
    /// was sent for it so far is then part of its own edges.
    pub fn handed_on(&self) -> impl Iterator<Item = Branch> {
        self.branches.as_ref().iter().map(|branch| Branch {
            root: branch.root,
            edge: branch.edge ^ self.sent,
        })
    }

    /// The roots that fail if this row fails.
    pub fn roots(&self) -> impl Iterator<Item = RootId> {
        self.branches.as_ref().iter().map(|branch| branch.root)
    }
}

/// How many branches are looked through for each that is added.
const FEW: usize = 32;

/// Adds an edge to the branches of a child. Those of one root are united at once if there
/// are few, and else by [`unite`]: to look through all of them for each would take time
/// with the square of their number, which a bolt chooses.
#[inline]
pub fn add_edge(child: &mut Vec<Branch>, root: RootId, edge: u64) {
    if child.len() < FEW
        && let Some(branch) = child.iter_mut().find(|branch| branch.root == root)
    {
        branch.edge ^= edge;
        return;
    }
    child.push(Branch { root, edge });
}

/// Unites the branches of a child that are of one root: their edges are XORed.
#[inline]
pub fn unite(child: &mut Vec<Branch>) {
    if child.len() <= FEW {
        // Looked through whenever one was added.
        return;
    }
    child.sort_unstable_by_key(|branch| branch.root);
    child.dedup_by(|next, first| {
        let same = next.root == first.root;
        if same {
            first.edge ^= next.edge;
        }
        same
    });
}

/// Edge ids: SplitMix64 (Steele, Lea, Flood 2014), about a nanosecond each.
///
/// Ids must be unpredictable to nobody, only independent of each other: a tree is
/// falsely complete with a probability of 2^-64. Within a period of 2^64 this
/// generator returns no number twice. Seed it from the system's random source,
/// anew for each task and incarnation.
#[derive(Clone, Debug)]
pub struct EdgeIds {
    state: u64,
}

impl EdgeIds {
    /// A generator with a seed of 64 random bits.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A fresh id. Never 0, which would be an edge that nobody has to ack.
    #[inline]
    pub fn next_id(&mut self) -> u64 {
        loop {
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = self.state;
            let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let id = z ^ (z >> 31);
            if id != 0 {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference values of SplitMix64 with the seed 1234567.
    #[test]
    fn edge_ids_are_those_of_splitmix64() {
        let mut ids = EdgeIds::new(1_234_567);
        let first = [ids.next_id(), ids.next_id(), ids.next_id()];
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn an_edge_id_is_never_zero() {
        // The state that the next step takes to 0, whose mix is 0.
        let mut ids = EdgeIds::new(0x9e37_79b9_7f4a_7c15_u64.wrapping_neg());
        assert_eq!(ids.next_id(), EdgeIds::new(0).next_id());
    }

    /// However many rows a child is anchored to, it has one branch of each root, whose edge
    /// is the XOR of all.
    #[test]
    fn a_child_of_many_rows_has_one_branch_of_each_root() {
        for roots in [1_u64, 3, 31, 32, 33, 1_000] {
            let mut child = Vec::new();
            let mut xors = vec![0; roots as usize];
            let mut ids = EdgeIds::new(roots);
            for anchor in 0..3 * roots {
                let root = anchor * 7 % roots;
                let edge = ids.next_id();
                xors[root as usize] ^= edge;
                Input::new([Branch {
                    root: RootId::from_bits(root),
                    edge: 5,
                }])
                .anchor(&mut child, edge);
            }
            unite(&mut child);
            child.sort_by_key(|branch| branch.root);
            let expected = (0..).zip(xors).map(|(root, edge)| Branch {
                root: RootId::from_bits(root),
                edge,
            });
            assert_eq!(child, expected.collect::<Vec<_>>(), "{roots} roots");
        }
    }

    #[test]
    fn a_child_of_two_rows_of_one_tree_has_one_branch() {
        let root = RootId::from_bits(7);
        let mut ids = EdgeIds::new(1);
        let mut left = Input::new([Branch { root, edge: 11 }]);
        let mut right = Input::new([Branch { root, edge: 13 }]);
        let mut child = Vec::new();
        left.anchor(&mut child, ids.next_id());
        right.anchor(&mut child, ids.next_id());

        let mut fold = Fold::new();
        left.ack(&mut fold);
        right.ack(&mut fold);
        Input::new(&child).ack(&mut fold);
        assert_eq!(child.len(), 1);
        // What is left is what the senders of the two rows told the ledger.
        assert_eq!(fold.updates()[0].xor, 11 ^ 13);
    }
}
