//! What must be made of an arrow array before it can be lowered: as little as its
//! layout allows.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{ByteArrayType, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, GenericByteArray, StringArray};
use stormcell_batch::{Field, ValueType};
use stormcell_topology::TextForm;

/// What separates joined texts.
const SEPARATOR: u8 = 0;

/// A column, as near to the interface as it can be without copying.
pub(crate) struct Prepared<'a> {
    pub(super) values: Values<'a>,
    pub(super) nulls: Option<Vec<u8>>,
}

pub(super) enum Values<'a> {
    Fixed(Fixed, Cow<'a, [u8]>),
    Text(Form<'a>),
    Json(Form<'a>),
    PackedBytes(Packed<'a>),
    SeparateBytes(Vec<&'a [u8]>),
}

/// The types of fixed width.
#[derive(Clone, Copy)]
pub(super) enum Fixed {
    Booleans,
    Integers,
    Floats,
    Timestamps,
}

pub(super) enum Form<'a> {
    Packed(Packed<'a>),
    Separate(Vec<&'a str>),
    Joined(String),
}

pub(super) struct Packed<'a> {
    pub(super) offsets: Cow<'a, [u32]>,
    pub(super) data: Cow<'a, [u8]>,
}

pub(super) fn column<'a>(
    field: &Field,
    array: &'a dyn Array,
    form: TextForm,
) -> Result<Prepared<'a>, String> {
    let wrong = || {
        format!(
            "the column of field `{}` holds {} values, expected {}",
            field.name,
            array.data_type(),
            field.kind
        )
    };
    let nulls = nulls(array);
    let values = match field.kind {
        ValueType::Bool => {
            let array = array.as_boolean_opt().ok_or_else(wrong)?;
            let bytes = array.values().iter().map(u8::from).collect();
            Values::Fixed(Fixed::Booleans, Cow::Owned(bytes))
        }
        ValueType::Int => {
            let array = array.as_primitive_opt::<Int64Type>().ok_or_else(wrong)?;
            fixed(Fixed::Integers, array.values())
        }
        ValueType::Float => {
            let array = array.as_primitive_opt::<Float64Type>().ok_or_else(wrong)?;
            fixed(Fixed::Floats, array.values())
        }
        ValueType::Timestamp => {
            let array = array
                .as_primitive_opt::<TimestampMicrosecondType>()
                .ok_or_else(wrong)?;
            fixed(Fixed::Timestamps, array.values())
        }
        ValueType::Text => {
            Values::Text(text(array.as_string_opt::<i32>().ok_or_else(wrong)?, form))
        }
        ValueType::Json => {
            Values::Json(text(array.as_string_opt::<i32>().ok_or_else(wrong)?, form))
        }
        ValueType::Bytes => {
            let array = array.as_binary_opt::<i32>().ok_or_else(wrong)?;
            match form {
                TextForm::Packed => Values::PackedBytes(packed(array)),
                TextForm::Separate | TextForm::Joined => {
                    Values::SeparateBytes(rows(array).collect())
                }
            }
        }
    };
    Ok(Prepared { values, nulls })
}

/// One byte a row, if any is null.
fn nulls(array: &dyn Array) -> Option<Vec<u8>> {
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0)?;
    Some(nulls.iter().map(|valid| u8::from(!valid)).collect())
}

fn fixed<T: bytemuck::NoUninit>(fixed: Fixed, values: &[T]) -> Values<'_> {
    // Little-endian: see the check in lib.rs.
    Values::Fixed(fixed, Cow::Borrowed(bytemuck::cast_slice(values)))
}

fn text(array: &StringArray, form: TextForm) -> Form<'_> {
    match form {
        TextForm::Packed => Form::Packed(packed(array)),
        TextForm::Separate => separate(array),
        TextForm::Joined => joined(array),
    }
}

/// The values; nothing where a null may hide one.
fn rows<T: ByteArrayType<Native: 'static>>(
    array: &GenericByteArray<T>,
) -> impl Iterator<Item = &T::Native>
where
    for<'a> &'a T::Native: Default,
{
    array.iter().map(Option::unwrap_or_default)
}

fn separate(array: &StringArray) -> Form<'_> {
    Form::Separate(rows(array).collect())
}

/// All values joined, or separate if one contains the separator.
fn joined(array: &StringArray) -> Form<'_> {
    let data = data(array);
    if memchr::memchr(SEPARATOR, data).is_some() {
        return separate(array);
    }
    let mut joined = String::with_capacity(data.len() + array.len());
    for (row, value) in rows(array).enumerate() {
        if row > 0 {
            joined.push(char::from(SEPARATOR));
        }
        joined.push_str(value);
    }
    Form::Joined(joined)
}

/// The bytes of all values of an array, which may be a slice of a larger one.
fn data<T: ByteArrayType<Offset = i32>>(array: &GenericByteArray<T>) -> &[u8] {
    let (first, last) = match array.value_offsets() {
        [first, .., last] => (*first as usize, *last as usize),
        _ => (0, 0),
    };
    array.value_data().get(first..last).unwrap_or_default()
}

/// Offsets and data, borrowed if the array begins where its data does and no null
/// hides a value, which the interface does not allow.
fn packed<T: ByteArrayType<Offset = i32>>(array: &GenericByteArray<T>) -> Packed<'_> {
    let offsets = array.value_offsets();
    if hides(array) {
        return without_hidden(array);
    }
    let offsets = match offsets.first() {
        None => Cow::Borrowed(&[0][..]),
        Some(0) => Cow::Borrowed(bytemuck::cast_slice(offsets)),
        // Arrow's offsets are not negative and do not decrease.
        Some(first) => offsets
            .iter()
            .map(|offset| offset.abs_diff(*first))
            .collect(),
    };
    Packed {
        offsets,
        data: Cow::Borrowed(data(array)),
    }
}

/// Whether there are bytes under a null.
fn hides<T: ByteArrayType<Offset = i32>>(array: &GenericByteArray<T>) -> bool {
    let Some(nulls) = array.nulls().filter(|nulls| nulls.null_count() > 0) else {
        return false;
    };
    let pairs = array.value_offsets().windows(2);
    pairs
        .zip(nulls.iter())
        .any(|(pair, valid)| !valid && pair.first() != pair.last())
}

fn without_hidden<T: ByteArrayType<Offset = i32>>(array: &GenericByteArray<T>) -> Packed<'_> {
    let mut offsets = vec![0];
    let mut data = Vec::new();
    for value in array.iter() {
        if let Some(value) = value {
            data.extend_from_slice(value.as_ref());
        }
        // Not more than the array has, whose offsets have 31 bits.
        offsets.push(u32::try_from(data.len()).unwrap_or(u32::MAX));
    }
    Packed {
        offsets: Cow::Owned(offsets),
        data: Cow::Owned(data),
    }
}

#[cfg(test)]
mod tests;
