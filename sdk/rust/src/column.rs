//! Columns: the values of one field for all rows of a batch.
//!
//! A [`Column`] owns its values and crosses the boundary as it is. It is read through a
//! view ([`Texts`], [`Ints`], ...) without copying, and written by a [`ColumnBuilder`]
//! straight into the layout that crosses.

mod builder;
mod view;

pub use builder::{CellError, ColumnBuilder};
pub(crate) use view::View;
pub use view::{Bools, ByteStrings, Floats, Ints, Malformed, Texts, Timestamps};

use crate::schema::Type;
use crate::wit;

/// The values of one field for all rows of a batch.
///
/// It comes from [`Batch::into_columns`](crate::Batch::into_columns) or from
/// [`ColumnBuilder::finish`], and goes out by
/// [`Emitter::emit_columns`](crate::Emitter::emit_columns).
///
/// ```
/// use stormcell_sdk::{Column, ColumnBuilder, Type};
///
/// let mut builder = ColumnBuilder::new(Type::Text);
/// builder.push("a")?;
/// builder.push("b")?;
/// let column: Column = builder.finish();
/// assert_eq!(column.kind(), Type::Text);
/// # Ok::<(), stormcell_sdk::CellError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Column(pub(crate) wit::Column);

impl Column {
    /// The type of its values.
    pub fn kind(&self) -> Type {
        kind(&self.0)
    }

    /// How many values it has.
    pub fn rows(&self) -> usize {
        match &self.0.values {
            wit::Values::Booleans(bytes) => bytes.len(),
            wit::Values::Integers(bytes)
            | wit::Values::Floats(bytes)
            | wit::Values::Timestamps(bytes) => bytes.len() / 8,
            wit::Values::Texts(text) | wit::Values::Jsons(text) => match text {
                wit::Text::Packed(packed) => packed.offsets.len().saturating_sub(1),
                wit::Text::Separate(values) => values.len(),
                wit::Text::Joined(values) if values.is_empty() => 0,
                wit::Text::Joined(values) => values.split('\0').count(),
            },
            wit::Values::ByteStrings(bytes) => match bytes {
                wit::ByteStrings::Packed(packed) => packed.offsets.len().saturating_sub(1),
                wit::ByteStrings::Separate(values) => values.len(),
            },
        }
    }

    /// Whether one of its values is null.
    pub fn has_nulls(&self) -> bool {
        self.0
            .nulls
            .as_ref()
            .is_some_and(|nulls| nulls.contains(&1))
    }
}

pub(crate) fn kind(column: &wit::Column) -> Type {
    match column.values {
        wit::Values::Booleans(_) => Type::Bool,
        wit::Values::Integers(_) => Type::Int,
        wit::Values::Floats(_) => Type::Float,
        wit::Values::Texts(_) => Type::Text,
        wit::Values::ByteStrings(_) => Type::Bytes,
        wit::Values::Timestamps(_) => Type::Timestamp,
        wit::Values::Jsons(_) => Type::Json,
    }
}

#[cfg(test)]
mod tests;
