//! Which values are null.

use arrow_buffer::{BooleanBuffer, NullBuffer};
use stormcell_batch::Field;

use super::fixed::first_not_bool;

/// One byte a row: 1 is null, 0 is not.
pub(super) fn lift(
    field: &Field,
    rows: usize,
    nulls: Option<Vec<u8>>,
) -> Result<Option<NullBuffer>, String> {
    let Some(bytes) = nulls else { return Ok(None) };
    if bytes.len() != rows {
        return Err(format!("{} null marks, expected {rows}", bytes.len()));
    }
    if let Some((row, byte)) = first_not_bool(&bytes) {
        return Err(format!(
            "the null mark of row {row} is {byte}, expected 0 or 1"
        ));
    }
    let Some(row) = memchr::memchr(1, &bytes) else {
        return Ok(None);
    };
    if !field.nullable {
        return Err(format!("row {row} is null, but the field is not nullable"));
    }
    let valid: BooleanBuffer = bytes.iter().map(|byte| *byte == 0).collect();
    Ok(Some(NullBuffer::new(valid)))
}
