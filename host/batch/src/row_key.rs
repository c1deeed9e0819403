//! Hashing the key of a row, for groupings that keep equal keys together.
//!
//! The hash is the same in every process, on every platform and in every version
//! of stormcell: tasks in different processes must agree, and state that is kept
//! by key must be found again. It is XXH3 (64 bit) of the value's bytes with the
//! type as seed, folded over the fields in order. Hence:
//! - values of different types never share a key by construction (int 1, float 1.0
//!   and text "1" differ), and null, the empty text and the empty byte string are
//!   three different keys;
//! - 0.0 and -0.0 are one key, as are all NaNs;
//! - json is hashed by its value ([`crate::json_key`]): `{"a":1,"b":2}` and
//!   `{ "b": 2.0, "a": 1 }` are one key.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use twox_hash::XxHash3_64;

use crate::{Columns, Schema, ValueType, json_key};

/// What a null adds to a key, by itself.
const NULL: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hashes the keys of the rows of one stream.
#[derive(Debug, Clone)]
pub struct KeyHasher {
    fields: Vec<(usize, ValueType)>,
}

impl KeyHasher {
    /// A hasher of the fields at these positions of a schema, in this order.
    ///
    /// # Panics
    /// If the schema has no such field.
    pub fn new(schema: &Schema, fields: &[usize]) -> Self {
        Self {
            fields: fields
                .iter()
                .map(|&field| (field, schema.fields()[field].kind))
                .collect(),
        }
    }

    /// The hash of the key of every row, into `hashes`, which is cleared first.
    ///
    /// # Panics
    /// If the columns are of another schema.
    pub fn hash(&self, columns: &Columns, hashes: &mut Vec<u64>) {
        hashes.clear();
        hashes.resize(columns.rows(), 0);
        for &(field, kind) in &self.fields {
            let array = columns.arrays()[field].as_ref();
            let seed = 1 + kind as u64;
            match kind {
                ValueType::Bool => {
                    let values = array.as_boolean();
                    fold(array, hashes, |row| {
                        XxHash3_64::oneshot_with_seed(seed, &[u8::from(values.value(row))])
                    });
                }
                ValueType::Int => {
                    let values = array.as_primitive::<Int64Type>();
                    fold(array, hashes, |row| fixed(seed, values.value(row)));
                }
                ValueType::Timestamp => {
                    let values = array.as_primitive::<TimestampMicrosecondType>();
                    fold(array, hashes, |row| fixed(seed, values.value(row)));
                }
                ValueType::Float => {
                    let values = array.as_primitive::<Float64Type>();
                    fold(array, hashes, |row| {
                        fixed(seed, canonical(values.value(row)) as i64)
                    });
                }
                ValueType::Text => {
                    let values = array.as_string::<i32>();
                    fold(array, hashes, |row| {
                        XxHash3_64::oneshot_with_seed(seed, values.value(row).as_bytes())
                    });
                }
                ValueType::Json => {
                    let values = array.as_string::<i32>();
                    fold(array, hashes, |row| json_key::hash(seed, values.value(row)));
                }
                ValueType::Bytes => {
                    let values = array.as_binary::<i32>();
                    fold(array, hashes, |row| {
                        XxHash3_64::oneshot_with_seed(seed, values.value(row))
                    });
                }
            }
        }
    }
}

/// The hash of the key of one row.
///
/// # Panics
/// If there is no such row, or the columns are of another schema.
pub fn key_hash(schema: &Schema, fields: &[usize], columns: &Columns, row: usize) -> u64 {
    let mut hashes = Vec::new();
    KeyHasher::new(schema, fields).hash(&columns.slice(row, 1), &mut hashes);
    hashes[0]
}

fn fold(array: &dyn Array, hashes: &mut [u64], hash: impl Fn(usize) -> u64) {
    if array.null_count() == 0 {
        for (row, folded) in hashes.iter_mut().enumerate() {
            *folded = combine(*folded, hash(row));
        }
    } else {
        for (row, folded) in hashes.iter_mut().enumerate() {
            let value = if array.is_null(row) { NULL } else { hash(row) };
            *folded = combine(*folded, value);
        }
    }
}

fn fixed(seed: u64, value: i64) -> u64 {
    XxHash3_64::oneshot_with_seed(seed, &value.to_le_bytes())
}

/// One bit pattern for values that compare equal, and one for all NaNs.
pub(crate) fn canonical(value: f64) -> u64 {
    if value.is_nan() {
        0x7ff8_0000_0000_0000
    } else if value == 0.0 {
        0
    } else {
        value.to_bits()
    }
}

/// Order matters: the keys ("a", "b") and ("b", "a") differ.
fn combine(folded: u64, value: u64) -> u64 {
    (folded.rotate_left(23) ^ value).wrapping_mul(0x2545_f491_4f6c_dd1d)
}
