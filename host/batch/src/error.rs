//! What can be wrong with columns.

use crate::ValueType;

/// Why columns do not form a batch of their schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Another number of columns than fields.
    #[error("{found} columns where the schema has {expected} fields")]
    ColumnCount {
        /// The fields of the schema.
        expected: usize,
        /// The columns given.
        found: usize,
    },
    /// A column of another length than its batch.
    #[error("column `{field}` has {found} values, expected {expected}")]
    RowCount {
        /// The field.
        field: String,
        /// The rows of the batch.
        expected: usize,
        /// The values given.
        found: usize,
    },
    /// A column of another type than its field.
    #[error("column `{field}` holds {found} values, expected {expected}")]
    Type {
        /// The field.
        field: String,
        /// The type of the field.
        expected: ValueType,
        /// The name of the type given.
        found: String,
    },
    /// A null in a field that is not nullable.
    #[error("column `{field}` is null in row {row}, but the field is not nullable")]
    Null {
        /// The field.
        field: String,
        /// The first such row.
        row: usize,
    },
    /// More text or bytes in one column than 32-bit offsets reach.
    #[error("a column of {bytes} bytes is over the limit of 2147483647")]
    TooLarge {
        /// The size that was asked for.
        bytes: usize,
    },
}
