//! From the host's columns to the guest's.
//!
//! What crosses is borrowed from the arrow arrays wherever their layout is that of
//! the interface, so that it is copied once, by the engine, into the guest's
//! memory. Three steps, each a vector for the whole call:
//! [`Prepared`] holds what had to be made (offsets of a slice, bytes of booleans),
//! [`views`] borrows from it, and the batches borrow from the views.

mod prepare;

use stormcell_batch::{Columns, Schema};
use stormcell_topology::TextForm;

use super::wit::types::{ByteStringsParam, ColumnParam, PackedParam, TextParam, ValuesParam};
pub(crate) use prepare::Prepared;

/// Prepares the columns of a batch, in the text form that the guest wants.
///
/// # Errors
/// If the columns are not of the schema: how.
pub(crate) fn prepare<'a>(
    schema: &Schema,
    columns: &'a Columns,
    form: TextForm,
    prepared: &mut Vec<Prepared<'a>>,
) -> Result<(), String> {
    let arrays = columns.arrays();
    if arrays.len() != schema.len() {
        return Err(format!(
            "a batch of {} columns was given where the input has {} fields",
            arrays.len(),
            schema.len()
        ));
    }
    for (field, array) in schema.fields().iter().zip(arrays) {
        prepared.push(prepare::column(field, array.as_ref(), form)?);
    }
    Ok(())
}

/// The columns as the guest's call takes them.
pub(crate) fn views<'b>(prepared: &'b [Prepared<'_>]) -> Vec<ColumnParam<'b>> {
    prepared.iter().map(view).collect()
}

fn view<'b>(column: &'b Prepared<'_>) -> ColumnParam<'b> {
    use prepare::{Fixed, Form};
    let text = |form: &'b Form<'_>| match form {
        Form::Packed(packed) => TextParam::Packed(PackedParam {
            offsets: &packed.offsets,
            data: &packed.data,
        }),
        Form::Separate(texts) => TextParam::Separate(texts),
        Form::Joined(text) => TextParam::Joined(text),
    };
    let values = match &column.values {
        prepare::Values::Fixed(Fixed::Booleans, bytes) => ValuesParam::Booleans(bytes),
        prepare::Values::Fixed(Fixed::Integers, bytes) => ValuesParam::Integers(bytes),
        prepare::Values::Fixed(Fixed::Floats, bytes) => ValuesParam::Floats(bytes),
        prepare::Values::Fixed(Fixed::Timestamps, bytes) => ValuesParam::Timestamps(bytes),
        prepare::Values::Text(form) => ValuesParam::Texts(text(form)),
        prepare::Values::Json(form) => ValuesParam::Jsons(text(form)),
        prepare::Values::PackedBytes(packed) => {
            ValuesParam::ByteStrings(ByteStringsParam::Packed(PackedParam {
                offsets: &packed.offsets,
                data: &packed.data,
            }))
        }
        prepare::Values::SeparateBytes(strings) => {
            ValuesParam::ByteStrings(ByteStringsParam::Separate(strings))
        }
    };
    ColumnParam {
        values,
        nulls: column.nulls.as_deref(),
    }
}
