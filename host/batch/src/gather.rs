//! Gathering: the rows at some positions of an array, as an array of their own.
//!
//! This is what a grouping by key costs most in, so short text has its own way:
//! each value is copied as a window of fixed size, of which the next value
//! overwrites what is too much. For words that is more than twice as fast as
//! [`take`] in large batches and as fast in small ones; long values, nulls and
//! numbers are left to `take`. Text is checked to be UTF-8 again, which keeps unsafe
//! code out of this crate and costs little.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::ByteArrayType;
use arrow_array::types::{BinaryType, Utf8Type};
use arrow_array::{Array, ArrayRef, GenericByteArray, UInt32Array};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType};
use arrow_select::take::take;

/// Bytes copied for a short value: two machine words, one vector register.
const WINDOW: usize = 16;

/// The values at these positions.
///
/// # Errors
/// If the result is larger than 32-bit offsets reach.
///
/// # Panics
/// If a position is not that of a value.
pub(crate) fn gather(array: &dyn Array, positions: &UInt32Array) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        DataType::Utf8 if is_short(array.as_bytes::<Utf8Type>()) => {
            gather_short(array.as_bytes::<Utf8Type>(), positions.values())
        }
        DataType::Binary if is_short(array.as_bytes::<BinaryType>()) => {
            gather_short(array.as_bytes::<BinaryType>(), positions.values())
        }
        _ => take(array, positions, None),
    }
}

/// Whether the values fit a window on average, and none is null.
fn is_short<T: ByteArrayType<Offset = i32>>(array: &GenericByteArray<T>) -> bool {
    let offsets = array.value_offsets();
    let bytes = offsets
        .last()
        .zip(offsets.first())
        .map_or(0, |(end, start)| end - start);
    array.null_count() == 0 && bytes as usize <= array.len() * WINDOW
}

fn gather_short<T: ByteArrayType<Offset = i32>>(
    array: &GenericByteArray<T>,
    positions: &[u32],
) -> Result<ArrayRef, ArrowError> {
    let (from, data) = (array.value_offsets(), array.value_data());
    let mut offsets = Vec::with_capacity(positions.len() + 1);
    // The sum of 2^32 lengths below 2^31 fits; offsets cut off here are not used.
    let mut total = 0_i64;
    offsets.push(0);
    for &position in positions {
        let position = position as usize;
        total += i64::from(from[position + 1] - from[position]);
        offsets.push(total as i32);
    }
    let total = total as usize;
    if i32::try_from(total).is_err() {
        return Err(ArrowError::OffsetOverflowError(total));
    }
    // Room for the window of the last value.
    let mut bytes = vec![0; total + WINDOW];
    let mut to = 0;
    for &position in positions {
        let position = position as usize;
        let (start, end) = (from[position] as usize, from[position + 1] as usize);
        let length = end - start;
        if length <= WINDOW && start + WINDOW <= data.len() {
            bytes[to..to + WINDOW].copy_from_slice(&data[start..start + WINDOW]);
        } else {
            bytes[to..to + length].copy_from_slice(&data[start..end]);
        }
        to += length;
    }
    bytes.truncate(total);
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    let array = GenericByteArray::<T>::try_new(offsets, Buffer::from_vec(bytes), None)?;
    Ok(Arc::new(array))
}
