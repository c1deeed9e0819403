//! Lists of handles and ids, which cross as little-endian bytes.

use super::text::check_offsets;
use crate::v0_1::wit::types::NumberLists;

/// A list of numbers for each row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lists {
    pub(crate) offsets: Vec<u32>,
    pub(crate) numbers: Vec<u32>,
}

/// Four bytes each.
pub(crate) fn handles(bytes: &[u8]) -> Result<Vec<u32>, String> {
    if !bytes.len().is_multiple_of(4) {
        return Err(format!(
            "{} bytes, expected four for each number",
            bytes.len()
        ));
    }
    Ok(bytemuck::allocation::pod_collect_to_vec(bytes))
}

/// Eight bytes each.
pub(crate) fn wide(bytes: &[u8]) -> Result<Vec<u64>, String> {
    if !bytes.len().is_multiple_of(8) {
        return Err(format!(
            "{} bytes, expected eight for each number",
            bytes.len()
        ));
    }
    Ok(bytemuck::allocation::pod_collect_to_vec(bytes))
}

/// A list for each row.
pub(crate) fn lists(rows: usize, lists: &NumberLists) -> Result<Lists, String> {
    let offsets = handles(&lists.offsets).map_err(|error| format!("offsets: {error}"))?;
    let numbers = handles(&lists.numbers).map_err(|error| format!("numbers: {error}"))?;
    check_offsets(&offsets, rows, numbers.len())?;
    Ok(Lists { offsets, numbers })
}
