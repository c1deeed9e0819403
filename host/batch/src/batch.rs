//! A batch: the rows that one task sends to another at a time.

use crate::{BatchError, Columns, Lineage};

/// Rows with their lineage.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The values.
    pub columns: Columns,
    /// The trees that the rows are in; of as many rows as `columns`.
    pub lineage: Lineage,
}

impl Batch {
    /// A batch.
    ///
    /// # Panics
    /// If the two speak of different numbers of rows.
    pub fn new(columns: Columns, lineage: Lineage) -> Self {
        assert_eq!(columns.rows(), lineage.rows(), "lineage of other rows");
        Self { columns, lineage }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.columns.rows()
    }

    /// `len` rows from `start` on, sharing the values.
    ///
    /// # Panics
    /// If there are fewer rows.
    pub fn slice(&self, start: usize, len: usize) -> Self {
        Self {
            columns: self.columns.slice(start, len),
            lineage: self.lineage.slice(start, len),
        }
    }

    /// The rows of all parts, one after the other. The parts are of one schema.
    ///
    /// # Errors
    /// If a column of the result is larger than 32-bit offsets reach.
    pub fn concat(parts: Vec<Self>) -> Result<Self, BatchError> {
        let (columns, lineages): (Vec<_>, Vec<_>) = parts
            .into_iter()
            .map(|part| (part.columns, part.lineage))
            .unzip();
        Ok(Self {
            columns: Columns::concat(&columns)?,
            lineage: Lineage::concat(lineages),
        })
    }
}
