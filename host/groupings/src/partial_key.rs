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
