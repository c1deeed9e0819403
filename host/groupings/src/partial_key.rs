//! Partial key: rows with equal keys go to two tasks, whichever got less.
//!
//! Law: every key has two candidate targets, different if there is more than one
//! target; both are functions of the key alone, equal in all emitting tasks. A row
//! goes to that of the two to which this emitting task has sent fewer rows so far,
//! to the first if equal. So a key reaches at most two tasks, and a frequent key
//! does not overload one.
//!
//! (Storm's `PartialKeyGrouping`, after Nasir and others, "The Power of Both
//! Choices", ICDE 2015. Storm draws the candidates from `java.util.Random`; these
//! come from the stable hash of [`stormcell_batch::KeyHasher`].)

use stormcell_batch::{Columns, KeyHasher, Schema};

use crate::fields::key_hasher;
use crate::random::{below, mix};
use crate::{Choice, FieldsError, Grouping, Loads, Targets};

/// The partial-key grouping.
#[derive(Debug, Clone)]
pub struct PartialKey {
    hasher: KeyHasher,
    hashes: Vec<u64>,
    sent: Vec<u64>,
}

impl PartialKey {
    /// A grouping by the fields at these positions of the stream's schema.
    ///
    /// # Errors
    /// If the schema has no such field.
    pub fn new(targets: &Targets, schema: &Schema, fields: &[usize]) -> Result<Self, FieldsError> {
        Ok(Self {
            hasher: key_hasher(schema, fields)?,
            hashes: Vec::new(),
            sent: vec![0; targets.len()],
        })
    }
}

impl Grouping for PartialKey {
    fn choose(&mut self, rows: &Columns, _: &dyn Loads, out: &mut Choice) {
        self.hasher.hash(rows, &mut self.hashes);
        let sent = &mut self.sent;
        out.each(self.hashes.iter().map(|&hash| {
            let (first, second) = candidates(hash, sent.len() as u32);
            let target = if sent[second as usize] < sent[first as usize] {
                second
            } else {
                first
            };
            sent[target as usize] += 1;
            target
        }));
    }
}

/// The two targets of a key with this hash, of `targets` targets.
pub(crate) fn candidates(hash: u64, targets: u32) -> (u32, u32) {
    let first = below(hash, targets);
    if targets < 2 {
        return (first, first);
    }
    // Any of the others, by bits that do not depend on the first draw.
    let step = 1 + below(mix(hash), targets - 1);
    (first, (first + step) % targets)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::Idle;
    use crate::test_support::{ask_for_one, targets, word_batches, words};

    proptest! {
        #[test]
        fn a_key_goes_to_the_less_used_of_its_two_tasks(
            count in 1_usize..40,
            batches in word_batches(),
        ) {
            let (schema, _) = words([]);
            let mut grouping = PartialKey::new(&targets(count), &schema, &[0]).unwrap();
            let mut sent = vec![0; count];
            let mut hashes = Vec::new();
            for batch in &batches {
                let (_, columns) = words(batch.iter().map(Option::as_deref));
                KeyHasher::new(&schema, &[0]).hash(&columns, &mut hashes);
                let chosen = ask_for_one(&mut grouping, &columns, &Idle, count);
                for (&hash, target) in hashes.iter().zip(chosen) {
                    let (first, second) = candidates(hash, count as u32);
                    let expected = if sent[first as usize] <= sent[second as usize] {
                        first
                    } else {
                        second
                    };
                    prop_assert_eq!(target, expected);
                    sent[target as usize] += 1;
                }
            }
        }

        #[test]
        fn a_key_reaches_at_most_two_tasks(count in 1_usize..40, batches in word_batches()) {
            let (schema, _) = words([]);
            let mut emitters =
                [(); 2].map(|()| PartialKey::new(&targets(count), &schema, &[0]).unwrap());
            let mut seen: HashMap<_, Vec<u32>> = HashMap::new();
            for (index, batch) in batches.iter().enumerate() {
                let (_, columns) = words(batch.iter().map(Option::as_deref));
                let chosen = ask_for_one(&mut emitters[index % 2], &columns, &Idle, count);
                for (word, target) in batch.iter().zip(chosen) {
                    let tasks = seen.entry(word).or_default();
                    if !tasks.contains(&target) {
                        tasks.push(target);
                    }
                    prop_assert!(tasks.len() <= 2, "{:?} went to {:?}", word, tasks);
                }
            }
        }

        #[test]
        fn the_two_tasks_differ(hash: u64, count in 2_u32..20_000) {
            let (first, second) = candidates(hash, count);
            prop_assert!(first != second && first < count && second < count);
        }
    }

    /// One key in every two rows: by fields, one task would get 12,500 of the 20,000.
    /// Its two tasks share that key's 10,000, and the other keys avoid them where
    /// they can: those with just the same two tasks, one in six, cannot.
    #[test]
    fn a_frequent_key_does_not_overload_a_task() {
        let others: Vec<String> = (0..10_000).map(|n| n.to_string()).collect();
        let (schema, columns) = words(
            others
                .iter()
                .flat_map(|other| [Some("the"), Some(other.as_str())]),
        );
        let mut grouping = PartialKey::new(&targets(4), &schema, &[0]).unwrap();
        let mut counts = [0; 4];
        for target in ask_for_one(&mut grouping, &columns, &Idle, 4) {
            counts[target as usize] += 1;
        }
        assert!(counts.iter().all(|&count| count < 6_100), "{counts:?}");
    }
}
