//! The id of a root: which spout task, which incarnation of it, and a counter.
//!
//! Storm draws root ids at random, so its ledger is a hash map and two roots can
//! collide (STORM-17). Here they are dense: a ledger finds an entry by the low bits
//! of the counter, and the id alone tells to whose ledger an update goes.

use std::fmt;

const COUNTER_BITS: u32 = 40;
const INCARNATION_BITS: u32 = 12;
const INCARNATION_MASK: u64 = (1 << INCARNATION_BITS) - 1;
const SPOUT_SHIFT: u32 = COUNTER_BITS + INCARNATION_BITS;

/// A root counter is less than 2^40.
pub(crate) const COUNTER_MASK: u64 = (1 << COUNTER_BITS) - 1;

/// The place of a spout task among all the spout tasks of its topology:
/// 0 to [`SpoutIndex::MAX`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SpoutIndex(u16);

impl SpoutIndex {
    /// The highest index, so a topology has at most 4,095 spout tasks. The index
    /// 4,095 is kept out so that no root id has all its bits set.
    pub const MAX: u32 = 4_094;

    /// Refuses an index over [`SpoutIndex::MAX`].
    pub fn new(index: u32) -> Result<Self, SpoutIndexTooLarge> {
        match u16::try_from(index) {
            Ok(small) if index <= Self::MAX => Ok(Self(small)),
            _ => Err(SpoutIndexTooLarge { index }),
        }
    }

    /// The index as a number.
    pub fn get(self) -> u32 {
        u32::from(self.0)
    }
}

impl TryFrom<u32> for SpoutIndex {
    type Error = SpoutIndexTooLarge;

    fn try_from(index: u32) -> Result<Self, Self::Error> {
        Self::new(index)
    }
}

/// A topology has more spout tasks than root ids can tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "spout task index {index} is too large: a topology has at most {} spout tasks, \
     so lower the parallelism of its spouts",
    SpoutIndex::MAX + 1
)]
pub struct SpoutIndexTooLarge {
    /// The index that was asked for.
    pub index: u32,
}

/// The id of a root: one tracked row of a spout, in one attempt to process it.
///
/// Packed into 64 bits: the spout task's index in the upper 12, its incarnation
/// modulo 2^12 in the next 12, a counter modulo 2^40 in the lower 40.
///
/// # Wrap
/// An id comes again after 2^40 roots of one incarnation (30 hours at ten million
/// a second) and after 4,096 incarnations of one spout task. A ledger never hands
/// out an id that is still pending. An update that is that late could be taken
/// for one of the new root; it would leave a XOR that is not zero, so the root
/// would time out and be replayed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct RootId(u64);

impl RootId {
    /// Packs an id. The incarnation is taken modulo 2^12, the counter modulo 2^40.
    pub fn new(spout: SpoutIndex, incarnation: u32, counter: u64) -> Self {
        let incarnation = u64::from(incarnation) & INCARNATION_MASK;
        Self(
            (u64::from(spout.0) << SPOUT_SHIFT)
                | (incarnation << COUNTER_BITS)
                | (counter & COUNTER_MASK),
        )
    }

    /// The id in the form in which rows carry it, see [`RootId::to_bits`]. Any
    /// number is legal: one that no ledger has handed out is ignored by all.
    #[inline]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The packed number. It is never `u64::MAX` for an id that a ledger made, so
    /// a column of roots can use that for "none".
    #[inline]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The index of the spout task: to whose ledger updates of this root go.
    #[inline]
    pub const fn spout(self) -> u32 {
        (self.0 >> SPOUT_SHIFT) as u32
    }

    /// The incarnation of the spout task, modulo 2^12.
    #[inline]
    pub const fn incarnation(self) -> u32 {
        ((self.0 >> COUNTER_BITS) & INCARNATION_MASK) as u32
    }

    /// The counter, modulo 2^40.
    #[inline]
    pub const fn counter(self) -> u64 {
        self.0 & COUNTER_MASK
    }
}

/// Consecutive roots of one incarnation of a spout task: rows that were emitted
/// together. Counters do not wrap within them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Roots {
    /// The first.
    pub first: RootId,
    /// How many: at least 1.
    pub rows: u32,
}

impl Roots {
    /// One root.
    #[inline]
    pub const fn one(root: RootId) -> Self {
        Self {
            first: root,
            rows: 1,
        }
    }

    /// The id after the last.
    #[inline]
    pub const fn end(self) -> u64 {
        self.first.0.saturating_add(self.rows as u64)
    }

    /// Those that come before another one; all, if there is none.
    pub(crate) fn before(self, other: Option<RootId>) -> Self {
        let rows = other.map_or(u64::MAX, |other| other.0.saturating_sub(self.first.0));
        Self {
            rows: u32::try_from(rows).map_or(self.rows, |rows| rows.min(self.rows)),
            ..self
        }
    }

    /// All but the first so many.
    pub(crate) fn without_first(self, rows: u32) -> Self {
        Self {
            first: RootId(self.first.0.saturating_add(u64::from(rows))),
            rows: self.rows.saturating_sub(rows),
        }
    }

    /// Each of them.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = RootId> {
        (self.first.0..self.end()).map(RootId)
    }
}

/// `spout.incarnation.counter`, as in `3.1.4711`.
impl fmt::Display for RootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}.{}",
            self.spout(),
            self.incarnation(),
            self.counter()
        )
    }
}

impl fmt::Debug for RootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootId({self})")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_have_their_own_bits_at_their_limits() {
        let highest = SpoutIndex::new(SpoutIndex::MAX).unwrap();
        let root = RootId::new(highest, 4_095, COUNTER_MASK);
        assert_eq!(root.to_string(), "4094.4095.1099511627775");
        assert_ne!(root.to_bits(), u64::MAX);
    }

    #[test]
    fn a_spout_index_out_of_range_is_refused_with_the_limit() {
        for index in [SpoutIndex::MAX + 1, 65_536, u32::MAX] {
            let error = SpoutIndex::new(index).unwrap_err();
            assert_eq!(error, SpoutIndexTooLarge { index });
            assert!(error.to_string().contains("at most 4095 spout tasks"));
        }
    }

    proptest! {
        #[test]
        fn packing_keeps_the_parts_modulo_their_width(
            index in 0..=SpoutIndex::MAX,
            incarnation: u32,
            counter: u64,
        ) {
            let root = RootId::new(SpoutIndex::new(index).unwrap(), incarnation, counter);
            prop_assert_eq!(root.spout(), index);
            prop_assert_eq!(root.incarnation(), incarnation % 4_096);
            prop_assert_eq!(root.counter(), counter % (1 << 40));
            prop_assert_eq!(RootId::from_bits(root.to_bits()), root);
        }
    }
}
