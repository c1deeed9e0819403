//! Key groups: what keyed state moves in when the number of tasks changes.
//!
//! Every key belongs to one of [`KeyGroups::COUNT`] groups for ever: the top bits
//! of its hash. A map says which target has which group. Laws of the map:
//! - total and even: every group has one target, and no target has two more groups
//!   than another;
//! - whole groups move: a rescaled map differs from the old one group by group;
//! - as few groups move as evenness allows.
//!
//! (The idea is Flink's; Storm has none of it and re-hashes every key.)

use std::sync::Arc;

use crate::{MAX_TARGETS, Targets, TargetsError};

/// Which target has which key group. Immutable and cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyGroups {
    /// The target of each group.
    target: Arc<[u16]>,
    targets: usize,
}

impl KeyGroups {
    /// How many groups there are. Part of the format of stored state: never change it.
    pub const COUNT: usize = MAX_TARGETS;

    /// The groups in ranges of consecutive ones, the first target the first.
    pub fn of(targets: &Targets) -> Self {
        Self::even(targets.len())
    }

    /// The groups in ranges, over this many targets.
    ///
    /// # Errors
    /// If that is none, or more than [`MAX_TARGETS`].
    pub fn new(targets: usize) -> Result<Self, TargetsError> {
        check(targets)?;
        Ok(Self::even(targets))
    }

    fn even(targets: usize) -> Self {
        Self {
            target: (0..Self::COUNT)
                .map(|group| (group * targets / Self::COUNT) as u16)
                .collect(),
            targets,
        }
    }

    /// The same groups over another number of targets: targets that go give theirs
    /// up, and the others give or take no more than evenness asks for.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn rescaled(&self, targets: usize) -> Result<Self, TargetsError> {
        check(targets)?;
        let mut sizes = vec![0_usize; self.targets.max(targets)];
        for &target in self.target.iter() {
            sizes[usize::from(target)] += 1;
        }
        // Of the quotas, the larger ones go to the targets that have most already.
        let (least, more) = (Self::COUNT / targets, Self::COUNT % targets);
        let mut order: Vec<usize> = (0..targets).collect();
        order.sort_by_key(|&target| std::cmp::Reverse(sizes[target]));
        let mut quota = vec![0; sizes.len()];
        for (place, target) in order.into_iter().enumerate() {
            quota[target] = least + usize::from(place < more);
        }
        let mut lacking = (0..targets).flat_map(|target| {
            let lacks = quota[target].saturating_sub(sizes[target]);
            std::iter::repeat_n(target as u16, lacks)
        });
        let mut kept = vec![0; sizes.len()];
        let target = self
            .target
            .iter()
            .map(|&old| {
                let old_index = usize::from(old);
                if kept[old_index] < quota[old_index] {
                    kept[old_index] += 1;
                    old
                } else {
                    // Quotas add up to the number of groups, so one target lacks
                    // what another has too many of.
                    lacking.next().unwrap_or(old)
                }
            })
            .collect();
        Ok(Self { target, targets })
    }

    /// Over how many targets the groups are spread.
    pub fn targets(&self) -> usize {
        self.targets
    }

    /// The group of a key with this hash.
    pub const fn group_of(hash: u64) -> usize {
        (hash >> (u64::BITS - Self::COUNT.ilog2())) as usize
    }

    /// The target of a key with this hash.
    pub fn target_of(&self, hash: u64) -> u32 {
        u32::from(self.target[Self::group_of(hash)])
    }

    /// The target of each group.
    pub fn target_of_groups(&self) -> &[u16] {
        &self.target
    }

    /// The groups that have another target in `new`: the group, the old and the
    /// new target.
    pub fn moved<'a>(&'a self, new: &'a Self) -> impl Iterator<Item = (usize, u16, u16)> + 'a {
        self.target
            .iter()
            .zip(new.target.iter())
            .enumerate()
            .filter(|(_, (old, new))| old != new)
            .map(|(group, (&old, &new))| (group, old, new))
    }
}

fn check(targets: usize) -> Result<(), TargetsError> {
    match targets {
        0 => Err(TargetsError::Empty),
        1..=MAX_TARGETS => Ok(()),
        found => Err(TargetsError::TooMany { found }),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
