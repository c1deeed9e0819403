//! Values of fixed width: booleans, and numbers as little-endian bytes.

use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{BooleanArray, PrimitiveArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};

/// The bytes of a number.
const WIDTH: usize = 8;

pub(super) fn booleans(
    rows: usize,
    bytes: &[u8],
    nulls: Option<NullBuffer>,
) -> Result<BooleanArray, String> {
    if bytes.len() != rows {
        return Err(format!("{} values, expected {rows}", bytes.len()));
    }
    if let Some((row, byte)) = first_not_bool(bytes) {
        return Err(format!("row {row} is {byte}, expected 0 or 1"));
    }
    let values: BooleanBuffer = bytes.iter().map(|byte| *byte == 1).collect();
    Ok(BooleanArray::new(values, nulls))
}

/// The first byte that is neither 0 nor 1, and where it is.
pub(super) fn first_not_bool(bytes: &[u8]) -> Option<(usize, u8)> {
    // One pass without branches; the place is looked for only if there is one.
    if bytes.iter().fold(0, |all, byte| all | byte) <= 1 {
        return None;
    }
    bytes
        .iter()
        .enumerate()
        .find(|(_, byte)| **byte > 1)
        .map(|(row, byte)| (row, *byte))
}

pub(super) fn integers(
    rows: usize,
    bytes: Vec<u8>,
    nulls: Option<NullBuffer>,
) -> Result<PrimitiveArray<Int64Type>, String> {
    numbers(rows, bytes, nulls)
}

pub(super) fn floats(
    rows: usize,
    bytes: Vec<u8>,
    nulls: Option<NullBuffer>,
) -> Result<PrimitiveArray<Float64Type>, String> {
    numbers(rows, bytes, nulls)
}

pub(super) fn timestamps(
    rows: usize,
    bytes: Vec<u8>,
    nulls: Option<NullBuffer>,
) -> Result<PrimitiveArray<TimestampMicrosecondType>, String> {
    numbers(rows, bytes, nulls)
}

fn numbers<T: ArrowPrimitiveType>(
    rows: usize,
    bytes: Vec<u8>,
    nulls: Option<NullBuffer>,
) -> Result<PrimitiveArray<T>, String> {
    if Some(bytes.len()) != rows.checked_mul(WIDTH) {
        return Err(format!(
            "{} bytes, expected 8 for each of the {rows} rows",
            bytes.len()
        ));
    }
    // The allocator aligns such vectors in practice; where it does not, one copy.
    let buffer = if bytes.as_ptr().align_offset(WIDTH) == 0 {
        Buffer::from_vec(bytes)
    } else {
        Buffer::from(bytes.as_slice())
    };
    let values = ScalarBuffer::new(buffer, 0, rows);
    PrimitiveArray::try_new(values, nulls).map_err(|error| error.to_string())
}
