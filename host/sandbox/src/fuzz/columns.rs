//! Columns lifted from a guest.

use arbitrary::{Result, Unstructured};
use stormcell_batch::{Field, Schema, Value, ValueType};
use stormcell_topology::Limits;

use super::{about, bytes, several, text};
use crate::v0_1::lift;
use crate::v0_1::wit::types::{
    ByteStringsResult, ColumnResult, PackedResult, TextResult, ValuesResult,
};

/// Small, so that inputs come to them.
pub(super) const LIMITS: fn() -> Limits = || Limits {
    output_rows: 64,
    output_bytes: 1_024,
    value_bytes: 20,
    json_depth: 3,
    ..Limits::default()
};

stormcell_fuzz::target! {
    /// What is lifted has the rows, the types and the limits of its schema.
    fn columns(bytes) {
        let mut input = Unstructured::new(bytes);
        let (schema, rows, columns) = batch(&mut input).unwrap();
        let limits = LIMITS();
        match lift::columns(&schema, rows, columns, &limits) {
            Err(refused) => assert!(!refused.what.is_empty()),
            Ok(columns) => {
                assert_eq!(columns.rows(), rows as usize);
                for row in 0..columns.rows() {
                    for (field, value) in schema.fields().iter().zip(columns.row(&schema, row)) {
                        fits(field, &value, &limits);
                    }
                }
            }
        }
    }
}

/// That a value is one of its field.
fn fits(field: &Field, value: &Value, limits: &Limits) {
    let most = limits.value_bytes as usize;
    match (field.kind, value) {
        (_, Value::Null) => assert!(field.nullable),
        (ValueType::Bool, Value::Bool(_))
        | (ValueType::Int, Value::Int(_))
        | (ValueType::Float, Value::Float(_))
        | (ValueType::Timestamp, Value::Timestamp(_)) => {}
        (ValueType::Text, Value::Text(text)) => assert!(text.len() <= most),
        (ValueType::Bytes, Value::Bytes(bytes)) => assert!(bytes.len() <= most),
        (ValueType::Json, Value::Json(json)) => {
            assert!(json.len() <= most);
            match serde_json::from_str(json) {
                Ok(read) => assert!(depth(&read) <= limits.json_depth, "{json}"),
                Err(error) => assert!(is_left_to_readers(&error), "{json}: {error}"),
            }
        }
        (kind, value) => panic!("{value:?} in a field of the type {kind}"),
    }
}

/// How deep lists and objects are nested.
fn depth(json: &serde_json::Value) -> u32 {
    match json {
        serde_json::Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        serde_json::Value::Object(items) => 1 + items.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// RFC 8259 leaves to who reads JSON which numbers it can hold (section 6), and what it makes
/// of half a surrogate pair that is escaped (section 8.2). Such a value is JSON.
fn is_left_to_readers(error: &serde_json::Error) -> bool {
    let error = error.to_string();
    let left = ["number out of range", "surrogate", "end of hex escape"];
    left.iter().any(|left| error.contains(left))
}

/// A schema, a number of rows, and columns that often fit.
fn batch(input: &mut Unstructured<'_>) -> Result<(Schema, u32, Vec<ColumnResult>)> {
    let mut fields = Vec::new();
    for number in 0..=input.arbitrary::<u8>()? % 3 {
        fields.push(Field {
            name: format!("f{number}"),
            kind: *input.choose(&ValueType::ALL)?,
            nullable: input.arbitrary()?,
        });
    }
    let rows = match input.arbitrary::<u8>()? {
        255 => input.arbitrary()?,
        few => u32::from(few % 16),
    };
    let mut lifted = Vec::new();
    for field in &fields {
        lifted.push(column(field.kind, rows, input)?);
    }
    match input.arbitrary::<u8>()? {
        255 => drop(lifted.pop()),
        254 => lifted.push(column(ValueType::Bool, rows, input)?),
        _ => {}
    }
    Ok((Schema::new(fields), rows, lifted))
}

/// A column for so many rows, most often of this type.
pub(super) fn column(
    kind: ValueType,
    rows: u32,
    input: &mut Unstructured<'_>,
) -> Result<ColumnResult> {
    // What is claimed is not made.
    let rows = rows.min(64) as usize;
    let kind = match input.arbitrary::<u8>()? {
        255 => *input.choose(&ValueType::ALL)?,
        _ => kind,
    };
    let values = match kind {
        ValueType::Bool => ValuesResult::Booleans(marks(rows, input)?),
        ValueType::Int => ValuesResult::Integers(about(input, 8 * rows)?),
        ValueType::Float => ValuesResult::Floats(about(input, 8 * rows)?),
        ValueType::Timestamp => ValuesResult::Timestamps(about(input, 8 * rows)?),
        ValueType::Text => ValuesResult::Texts(texts(rows, input, text)?),
        ValueType::Json => ValuesResult::Jsons(texts(rows, input, json)?),
        ValueType::Bytes => ValuesResult::ByteStrings(match input.arbitrary()? {
            true => ByteStringsResult::Packed(packed(rows, input, bytes)?),
            false => ByteStringsResult::Separate(each(rows, input, bytes)?),
        }),
    };
    let nulls = match input.arbitrary::<u8>()? % 4 {
        0 => Some(marks(rows, input)?),
        _ => None,
    };
    Ok(ColumnResult { values, nulls })
}

/// Zeros and ones, and in rare cases others.
fn marks(rows: usize, input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut marks = about(input, rows)?;
    for mark in &mut marks {
        if *mark < 250 {
            *mark %= 2;
        }
    }
    Ok(marks)
}

fn texts(
    rows: usize,
    input: &mut Unstructured<'_>,
    one: impl Fn(&mut Unstructured<'_>) -> Result<String>,
) -> Result<TextResult> {
    Ok(match input.arbitrary::<u8>()? % 3 {
        0 => TextResult::Packed(packed(rows, input, |input| Ok(one(input)?.into_bytes()))?),
        1 => TextResult::Separate(each(rows, input, one)?),
        _ => TextResult::Joined(each(rows, input, one)?.join("\0")),
    })
}

/// One a row, or in rare cases other than that.
fn each<T>(
    rows: usize,
    input: &mut Unstructured<'_>,
    one: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    match input.arbitrary::<u8>()? {
        255 => several(input, 5, one),
        _ => (0..rows).map(|_| one(input)).collect(),
    }
}

/// Offsets and bytes of values, of which some numbers are others.
fn packed(
    rows: usize,
    input: &mut Unstructured<'_>,
    one: impl Fn(&mut Unstructured<'_>) -> Result<Vec<u8>>,
) -> Result<PackedResult> {
    let (mut offsets, mut data) = (vec![0], Vec::new());
    for value in each(rows, input, one)? {
        data.extend_from_slice(&value);
        offsets.push(data.len() as u32);
    }
    if let Some(change) = input.arbitrary::<u8>()?.checked_sub(200) {
        let at = usize::from(change) % offsets.len();
        offsets[at] = input.arbitrary()?;
    }
    if let Some(change) = input.arbitrary::<u8>()?.checked_sub(200) {
        let at = usize::from(change);
        if let Some(byte) = data.get_mut(at) {
            *byte = input.arbitrary()?;
        }
    }
    Ok(PackedResult { offsets, data })
}

/// JSON, mostly.
fn json(input: &mut Unstructured<'_>) -> Result<String> {
    Ok(match input.arbitrary::<u8>()? % 8 {
        0 => text(input)?,
        1 => format!("[{}]", json(input)?),
        2 => format!("{{\"a\":{}}}", json(input)?),
        3 => format!("{:?}", text(input)?),
        4 => "\"\\\"[[[[\"".to_owned(),
        _ => input.arbitrary::<i16>()?.to_string(),
    })
}
