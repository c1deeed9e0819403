//! Fields: rows with equal keys go to the same task.
//!
//! Law: the target of a row is a function of its key alone, the values of the
//! chosen fields, as long as the [`KeyGroups`] are the same; every emitting task,
//! in whatever process, computes the same function. What makes keys equal is said
//! at [`KeyHasher`]: null, the empty text and the empty byte string are different
//! keys. A key of no fields is the same for all rows, which then go to the target
//! with the lowest task id, as Storm's global grouping does.
//!
//! Storm's `GrouperFactory.FieldsGrouper` takes Java's hash codes modulo the number
//! of tasks. Key groups stand between here, so that the state of a component can
//! move with its keys when the number of tasks changes.

use stormcell_batch::{Columns, KeyHasher, Schema};

use crate::{Choice, Grouping, KeyGroups, Loads, Targets};

/// Why a key cannot be taken from the rows of a stream, or mapped to the targets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    /// A position beyond the fields of the schema.
    #[error("the key names field {field}, but the stream has {fields} fields {schema}")]
    NoSuchField {
        /// The position, from 0.
        field: usize,
        /// How many fields the schema has.
        fields: usize,
        /// The schema, for people.
        schema: String,
    },
    /// Key groups for another number of targets.
    #[error("the key groups are spread over {found} tasks, but the subscriber has {expected}")]
    OtherTargets {
        /// The targets of the subscriber.
        expected: usize,
        /// The targets of the key groups.
        found: usize,
    },
}

/// Checks the positions, so that [`KeyHasher::new`] does not panic.
pub(crate) fn key_hasher(schema: &Schema, fields: &[usize]) -> Result<KeyHasher, FieldsError> {
    match fields.iter().find(|&&field| field >= schema.len()) {
        Some(&field) => Err(FieldsError::NoSuchField {
            field,
            fields: schema.len(),
            schema: schema.to_string(),
        }),
        None => Ok(KeyHasher::new(schema, fields)),
    }
}

/// The fields grouping.
#[derive(Debug, Clone)]
pub struct Fields {
    hasher: KeyHasher,
    groups: KeyGroups,
    hashes: Vec<u64>,
}

impl Fields {
    /// A grouping by the fields at these positions of the stream's schema, with
    /// the key groups spread evenly.
    ///
    /// # Errors
    /// If the schema has no such field.
    pub fn new(targets: &Targets, schema: &Schema, fields: &[usize]) -> Result<Self, FieldsError> {
        Self::with_groups(targets, schema, fields, KeyGroups::of(targets))
    }

    /// A grouping by key groups that were spread before, after a rescaling.
    ///
    /// # Errors
    /// If the schema has no such field, or the groups are spread over another
    /// number of targets.
    pub fn with_groups(
        targets: &Targets,
        schema: &Schema,
        fields: &[usize],
        groups: KeyGroups,
    ) -> Result<Self, FieldsError> {
        if groups.targets() != targets.len() {
            return Err(FieldsError::OtherTargets {
                expected: targets.len(),
                found: groups.targets(),
            });
        }
        Ok(Self {
            hasher: key_hasher(schema, fields)?,
            groups,
            hashes: Vec::new(),
        })
    }
}

impl Grouping for Fields {
    fn choose(&mut self, rows: &Columns, _: &dyn Loads, out: &mut Choice) {
        if rows.rows() == 0 {
            out.nowhere();
        } else if self.groups.targets() == 1 {
            out.whole(0);
        } else {
            self.hasher.hash(rows, &mut self.hashes);
            out.each(self.hashes.iter().map(|&hash| self.groups.target_of(hash)));
        }
    }
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
        /// Whatever the batches, the emitting task and its loads.
        #[test]
        fn a_key_has_one_task(
            count in 1_usize..40,
            batches in word_batches(),
            loads in proptest::collection::vec(0_u64..1_000, 0..40),
        ) {
            let (schema, _) = words([]);
            let mut emitters = [(); 2].map(|()| Fields::new(&targets(count), &schema, &[0]).unwrap());
            let mut seen = HashMap::new();
            for (index, batch) in batches.iter().enumerate() {
                let (_, columns) = words(batch.iter().map(Option::as_deref));
                let chosen = ask_for_one(&mut emitters[index % 2], &columns, &loads, count);
                for (word, target) in batch.iter().zip(chosen) {
                    prop_assert_eq!(*seen.entry(word).or_insert(target), target);
                }
            }
        }

        /// After a rescaling, a key has another task only if its group moved.
        #[test]
        fn keys_move_with_their_groups(
            before in 1_usize..40,
            after in 1_usize..40,
            batches in word_batches(),
        ) {
            let (schema, columns) = words(batches.iter().flatten().map(Option::as_deref));
            let old_groups = KeyGroups::new(before).unwrap();
            let new_groups = old_groups.rescaled(after).unwrap();
            let mut old = Fields::with_groups(&targets(before), &schema, &[0], old_groups.clone()).unwrap();
            let mut new = Fields::with_groups(&targets(after), &schema, &[0], new_groups.clone()).unwrap();
            let old = ask_for_one(&mut old, &columns, &Idle, before);
            let new = ask_for_one(&mut new, &columns, &Idle, after);
            let mut hashes = Vec::new();
            KeyHasher::new(&schema, &[0]).hash(&columns, &mut hashes);
            for ((hash, old), new) in hashes.into_iter().zip(old).zip(new) {
                let group = KeyGroups::group_of(hash);
                let moved = old_groups.moved(&new_groups).any(|(moved, _, _)| moved == group);
                prop_assert_eq!(old != new, moved);
            }
        }
    }

    #[test]
    fn only_the_chosen_fields_are_the_key() {
        use stormcell_batch::{ColumnsBuilder, Field, Value, ValueType};
        let schema = Schema::new([
            Field::new("id", ValueType::Int),
            Field::new("key", ValueType::Int),
        ]);
        let mut builder = ColumnsBuilder::new(&schema);
        for id in 0..1_000 {
            builder.push(vec![Value::Int(id), Value::Int(id % 2)]);
        }
        let columns = builder.finish().unwrap();
        let distinct = |fields: &[usize]| {
            let mut grouping = Fields::new(&targets(16), &schema, fields).unwrap();
            let mut chosen = ask_for_one(&mut grouping, &columns, &Idle, 16);
            chosen.sort_unstable();
            chosen.dedup();
            chosen.len()
        };
        assert_eq!(distinct(&[0]), 16);
        assert_eq!(distinct(&[1]), 2);
        assert_eq!(distinct(&[]), 1);
        assert_eq!(distinct(&[0, 1]), 16);
    }

    #[test]
    fn a_key_of_no_fields_is_global() {
        let (schema, columns) = words([Some("a"), Some("b"), None]);
        let mut grouping = Fields::new(&targets(5), &schema, &[]).unwrap();
        assert_eq!(ask_for_one(&mut grouping, &columns, &Idle, 5), [0, 0, 0]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (schema, _) = words([]);
        let error = Fields::new(&targets(2), &schema, &[0, 1]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the key names field 1, but the stream has 1 fields (word: text?)"
        );
        let groups = KeyGroups::new(3).unwrap();
        let error = Fields::with_groups(&targets(2), &schema, &[0], groups).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the key groups are spread over 3 tasks, but the subscriber has 2"
        );
    }
}
