//! Pure: which logs of ended submissions are too many.

use std::collections::BTreeMap;

/// The logs of a submission that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) topology: String,
    pub(super) submission: u32,
    /// When something was last written, in milliseconds since 1970.
    pub(super) written_at: u64,
    pub(super) bytes: u64,
}

/// How much is kept of submissions that have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// How many of one name.
    pub(super) of_a_name: usize,
    /// How many of all names together.
    pub(super) all: usize,
    /// How many bytes together.
    pub(super) bytes: u64,
}

impl Default for Bounds {
    /// 5 of a name, 200 together, 1 GiB together.
    fn default() -> Self {
        Self {
            of_a_name: 5,
            all: 200,
            bytes: 1 << 30,
        }
    }
}

impl Bounds {
    /// Those that are to go: what is left is within the bounds, and is newer than all that
    /// goes for the same reason. The newest of all stays.
    pub(super) fn excess(self, mut ended: Vec<Ended>) -> Vec<Ended> {
        // Of one name, those with higher numbers are newer, whatever clocks say.
        ended.sort_by_key(|one| std::cmp::Reverse((one.written_at, one.submission)));
        let mut names: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for one in &ended {
            names
                .entry(one.topology.clone())
                .or_default()
                .push(one.submission);
        }
        for numbers in names.values_mut() {
            numbers.sort_unstable_by_key(|number| std::cmp::Reverse(*number));
            numbers.truncate(self.of_a_name);
        }
        let (mut count, mut bytes) = (0, 0_u64);
        let mut full = false;
        let stays = |one: &Ended| {
            let newest = names.get(&one.topology);
            if !newest.is_some_and(|numbers| numbers.contains(&one.submission)) {
                return false;
            }
            let fits = count < self.all && bytes.saturating_add(one.bytes) <= self.bytes;
            full |= !fits && count > 0;
            if full {
                return false;
            }
            count += 1;
            bytes = bytes.saturating_add(one.bytes);
            true
        };
        let mut stays = stays;
        ended.retain(|one| !stays(one));
        ended
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ended(topology: &str, submission: u32, bytes: u64) -> Ended {
        Ended {
            topology: topology.to_owned(),
            submission,
            written_at: u64::from(submission),
            bytes,
        }
    }

    const BOUNDS: Bounds = Bounds {
        of_a_name: 2,
        all: 3,
        bytes: 100,
    };

    #[test]
    fn the_oldest_go() {
        let of_a_name = vec![ended("a", 1, 1), ended("a", 3, 1), ended("a", 2, 1)];
        assert_eq!(BOUNDS.excess(of_a_name), [ended("a", 1, 1)]);
        let all = vec![
            ended("a", 1, 1),
            ended("b", 2, 1),
            ended("c", 3, 1),
            ended("d", 4, 1),
        ];
        assert_eq!(BOUNDS.excess(all), [ended("a", 1, 1)]);
        let large = vec![ended("a", 1, 1), ended("b", 2, 60), ended("c", 3, 60)];
        assert_eq!(BOUNDS.excess(large), [ended("b", 2, 60), ended("a", 1, 1)]);
        let too_large = vec![ended("a", 1, 1), ended("b", 2, 101)];
        assert_eq!(
            BOUNDS.excess(too_large),
            [ended("a", 1, 1)],
            "the newest stays"
        );
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_make_a_submission_older_than_those_before_it() {
        let later = Ended {
            written_at: 0,
            ..ended("a", 3, 1)
        };
        let all = vec![ended("a", 1, 1), ended("a", 2, 1), later];
        assert_eq!(BOUNDS.excess(all), [ended("a", 1, 1)]);
    }

    proptest! {
        #[test]
        fn what_is_left_is_within_the_bounds(
            found in prop::collection::btree_map(("[a-d]", 0u32..9), (0u64..50, 0u64..90), 0..20),
        ) {
            let all: Vec<Ended> = found
                .into_iter()
                .map(|((topology, submission), (written_at, bytes))| Ended {
                    topology,
                    submission,
                    written_at,
                    bytes,
                })
                .collect();
            let gone = BOUNDS.excess(all.clone());
            prop_assert!(gone.iter().all(|one| all.contains(one)));
            let left: Vec<&Ended> = all.iter().filter(|one| !gone.contains(one)).collect();
            prop_assert_eq!(left.is_empty(), all.is_empty());
            prop_assert!(left.len() <= BOUNDS.all);
            let bytes: u64 = left.iter().map(|one| one.bytes).sum();
            prop_assert!(bytes <= BOUNDS.bytes || left.len() == 1);
            for one in &left {
                let same = left.iter().filter(|other| other.topology == one.topology);
                prop_assert!(same.count() <= BOUNDS.of_a_name);
            }
            // Nothing goes twice, and what is within stays.
            prop_assert_eq!(BOUNDS.excess(left.into_iter().cloned().collect()), []);
        }
    }
}
