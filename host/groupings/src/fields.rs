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
