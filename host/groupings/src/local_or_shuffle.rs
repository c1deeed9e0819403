//! Local or shuffle: stay in the process if possible.
//!
//! Law: if any target is in the process of the emitting task, only such targets get
//! rows, spread as by [`Shuffle`]; otherwise it is [`Shuffle`] over all of them.
//! (Storm's `localOrShuffleGrouping`. Storm's scopes of host and rack do not apply:
//! stormcell's own processes are on one machine.)

use stormcell_batch::Columns;

use crate::{Choice, Grouping, Loads, Shuffle, Targets};

/// The local-or-shuffle grouping.
#[derive(Debug, Clone)]
pub struct LocalOrShuffle {
    shuffle: Shuffle,
}

impl LocalOrShuffle {
    /// A grouping to the local ones of these targets. `start` is as in
    /// [`Shuffle::new`], counted among the targets that are used.
    pub fn new(targets: &Targets, start: usize) -> Self {
        let local: Vec<u32> = (0_u32..)
            .zip(targets.local())
            .filter(|(_, local)| **local)
            .map(|(target, _)| target)
            .collect();
        let shuffle = if local.is_empty() || local.len() == targets.len() {
            Shuffle::new(targets, start)
        } else {
            Shuffle::among(local, start)
        };
        Self { shuffle }
    }
}

impl Grouping for LocalOrShuffle {
    fn choose(&mut self, rows: &Columns, loads: &dyn Loads, out: &mut Choice) {
        self.shuffle.choose(rows, loads, out);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::{ask_for_one, rows};

    proptest! {
        #[test]
        fn only_local_targets_if_there_are_any(
            local in proptest::collection::vec(any::<bool>(), 1..40),
            start: usize,
            batches in proptest::collection::vec(
                (0_usize..5_000, proptest::collection::vec(0_u64..1_000, 40)),
                1..20,
            ),
        ) {
            let tasks = 0..local.len() as u32;
            let targets = Targets::with_locality(tasks, |task| local[task as usize]).unwrap();
            let mut grouping = LocalOrShuffle::new(&targets, start);
            for (size, loads) in batches {
                for target in ask_for_one(&mut grouping, &rows(size), &loads, local.len()) {
                    prop_assert!(local[target as usize] || !local.contains(&true));
                }
            }
        }

        /// The loads are those of the local targets, not of the first ones.
        #[test]
        fn it_shuffles_over_the_local_targets(
            local in proptest::collection::vec(any::<bool>(), 1..40),
            start in 0_usize..40,
            batches in proptest::collection::vec(
                (0_usize..5_000, proptest::collection::vec(0_u64..3, 40)),
                1..20,
            ),
        ) {
            let used: Vec<usize> = if local.contains(&true) {
                (0..local.len()).filter(|&index| local[index]).collect()
            } else {
                (0..local.len()).collect()
            };
            let tasks = 0..local.len() as u32;
            let targets = Targets::with_locality(tasks, |task| local[task as usize]).unwrap();
            let mut grouping = LocalOrShuffle::new(&targets, start);
            let among_used = Targets::new(0..used.len() as u32).unwrap();
            let mut shuffle = Shuffle::new(&among_used, start);
            for (size, loads) in batches {
                let used_loads: Vec<u64> = used.iter().map(|&index| loads[index]).collect();
                let chosen = ask_for_one(&mut grouping, &rows(size), &loads, local.len());
                let expected: Vec<u32> = ask_for_one(&mut shuffle, &rows(size), &used_loads, used.len())
                    .into_iter()
                    .map(|index| used[index as usize] as u32)
                    .collect();
                prop_assert_eq!(chosen, expected);
            }
        }
    }
}
