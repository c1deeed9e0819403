//! From the guest's columns to the host's. Nothing that a guest returns is believed.
//!
//! Bytes are taken over, not copied: the vector that the engine lifted becomes the
//! buffer of the arrow array. The UTF-8 of a column is checked once, by arrow, over
//! all of its bytes; only if that fails is the row at fault looked for.

mod fixed;
mod limits;
mod nulls;
mod numbers;
mod text;

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, StringArray};
use stormcell_batch::{Columns, Field, Schema, ValueType};

use stormcell_topology::Limits;

use super::wit::types::{ByteStringsResult, ColumnResult, ValuesResult};
use crate::FaultKind;
pub(crate) use numbers::{Lists, handles, lists, wide};

/// Why columns are refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// [`FaultKind::InvalidOutput`], or the limit that a value goes over.
    pub(crate) kind: FaultKind,
    /// What is wrong, with the field and where it can be said the row.
    pub(crate) what: String,
}

impl From<String> for Refused {
    fn from(what: String) -> Self {
        Self {
            kind: FaultKind::InvalidOutput,
            what,
        }
    }
}

/// Lifts the columns of a batch.
///
/// # Errors
/// What is wrong, with the field and where it can be said the row.
pub(crate) fn columns(
    schema: &Schema,
    rows: u32,
    columns: Vec<ColumnResult>,
    limits: &Limits,
) -> Result<Columns, Refused> {
    if columns.len() != schema.len() {
        let what = format!(
            "{} columns, expected {}: {schema}",
            columns.len(),
            schema.len()
        );
        return Err(what.into());
    }
    let rows = rows as usize;
    let arrays = schema
        .fields()
        .iter()
        .zip(columns)
        .map(|(field, lifted)| {
            column(field, rows, lifted, limits).map_err(|Refused { kind, what }| Refused {
                kind,
                what: format!("field `{}`: {what}", field.name),
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Columns::new(schema, arrays, rows).map_err(|error| error.to_string().into())
}

fn column(
    field: &Field,
    rows: usize,
    column: ColumnResult,
    limits: &Limits,
) -> Result<ArrayRef, Refused> {
    let nulls = nulls::lift(field, rows, column.nulls)?;
    Ok(match (field.kind, column.values) {
        (ValueType::Bool, ValuesResult::Booleans(bytes)) => {
            Arc::new(fixed::booleans(rows, &bytes, nulls)?)
        }
        (ValueType::Int, ValuesResult::Integers(bytes)) => {
            Arc::new(fixed::integers(rows, bytes, nulls)?)
        }
        (ValueType::Float, ValuesResult::Floats(bytes)) => {
            Arc::new(fixed::floats(rows, bytes, nulls)?)
        }
        (ValueType::Timestamp, ValuesResult::Timestamps(bytes)) => {
            Arc::new(fixed::timestamps(rows, bytes, nulls)?)
        }
        (ValueType::Text, ValuesResult::Texts(text)) => {
            let laid = text::texts(rows, text)?;
            limits::value_bytes(&laid.offsets, limits)?;
            Arc::new(text::utf8(laid, nulls)?)
        }
        (ValueType::Json, ValuesResult::Jsons(text)) => {
            let laid = text::texts(rows, text)?;
            limits::value_bytes(&laid.offsets, limits)?;
            let array = text::utf8(laid, nulls)?;
            all_json(&array)?;
            limits::json_depth(&array, limits)?;
            Arc::new(array)
        }
        (ValueType::Bytes, ValuesResult::ByteStrings(strings)) => {
            let laid = match strings {
                ByteStringsResult::Packed(packed) => text::packed(rows, packed)?,
                ByteStringsResult::Separate(strings) => text::separate(rows, &strings)?,
            };
            limits::value_bytes(&laid.offsets, limits)?;
            let array = BinaryArray::try_new(laid.offsets, laid.data, nulls);
            Arc::new(array.map_err(|error| error.to_string())?)
        }
        (_, other) => {
            return Err(format!("{}, expected {}", case(&other), field.kind).into());
        }
    })
}

/// Each value that is not null must be JSON.
fn all_json(array: &StringArray) -> Result<(), String> {
    for (row, value) in array.iter().enumerate() {
        if let Some(value) = value
            && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(value)
        {
            return Err(format!("row {row} is not JSON: {error}"));
        }
    }
    Ok(())
}

/// What the guest returned, in the words of the schema.
fn case(values: &ValuesResult) -> ValueType {
    match values {
        ValuesResult::Booleans(_) => ValueType::Bool,
        ValuesResult::Integers(_) => ValueType::Int,
        ValuesResult::Floats(_) => ValueType::Float,
        ValuesResult::Texts(_) => ValueType::Text,
        ValuesResult::ByteStrings(_) => ValueType::Bytes,
        ValuesResult::Timestamps(_) => ValueType::Timestamp,
        ValuesResult::Jsons(_) => ValueType::Json,
    }
}

#[cfg(test)]
mod tests;
