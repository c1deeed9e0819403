//! Writes values into the layout in which they cross the boundary.

use crate::column::Column;
use crate::emit::Cell;
use crate::schema::{Field, Type};
use crate::wit;

/// Why a value does not go into a column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// It has another type, or it is null (`got` is absent) and the field is not
    /// nullable.
    #[error("expected {expected}, got {}", .got.map_or("null".to_owned(), |kind| kind.to_string()))]
    Type {
        /// The type of the field.
        expected: Type,
        /// The type of the value; `None` for a null.
        got: Option<Type>,
    },
    /// The values of the column would be more than 4 GiB together.
    #[error("the column would be over 4 GiB")]
    TooLarge,
}

/// Writes one column, value by value.
///
/// ```
/// use stormcell_sdk::{ColumnBuilder, Type};
///
/// let mut counts = ColumnBuilder::new(Type::Int).nullable();
/// counts.push(5_i64)?;
/// counts.push(None::<i64>)?;
/// assert_eq!(counts.rows(), 2);
/// assert_eq!(counts.push("five").unwrap_err().to_string(), "expected int, got text");
/// let column = counts.finish();
/// assert!(column.has_nulls());
/// # Ok::<(), stormcell_sdk::CellError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ColumnBuilder {
    data: Data,
    /// One byte a row from the first null on.
    nulls: Option<Vec<u8>>,
    nullable: bool,
    rows: usize,
}

/// The values so far, with zero bytes or an empty string at a null.
#[derive(Clone, Debug)]
enum Data {
    Bool(Vec<u8>),
    Int(Vec<u8>),
    Float(Vec<u8>),
    Text(Packed),
    Bytes(Packed),
    Timestamp(Vec<u8>),
    Json(Packed),
}

/// Values end to end, as in Arrow.
#[derive(Clone, Debug)]
struct Packed {
    offsets: Vec<u32>,
    data: Vec<u8>,
}

impl Packed {
    fn with_capacity(rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self {
            offsets,
            // `append` writes up to seven bytes more than it keeps.
            data: Vec::with_capacity(if bytes == 0 { 0 } else { bytes + 8 }),
        }
    }

    #[inline]
    fn push(&mut self, value: &[u8]) -> Result<(), CellError> {
        let end = self.data.len() + value.len();
        let end = u32::try_from(end).map_err(|_| CellError::TooLarge)?;
        append(&mut self.data, value);
        self.offsets.push(end);
        Ok(())
    }

    fn truncate(&mut self, rows: usize) {
        self.offsets.truncate(rows + 1);
        self.data
            .truncate(self.offsets.last().map_or(0, |&end| end as usize));
    }
}

/// Appends bytes. A copy of unknown length is a call out of WebAssembly, which costs more
/// than most words are long; so a short value is written as one or two numbers.
#[inline]
fn append(data: &mut Vec<u8>, value: &[u8]) {
    let end = data.len() + value.len();
    let (first, rest) = match value.len() {
        0..=8 => (short(value), None),
        9..=16 => {
            let last = value
                .last_chunk()
                .map_or(0, |last| u64::from_le_bytes(*last));
            let first = value
                .first_chunk()
                .map_or(0, |first| u64::from_le_bytes(*first));
            (first, Some(last >> (8 * (16 - value.len()))))
        }
        _ => return data.extend_from_slice(value),
    };
    data.extend_from_slice(&first.to_le_bytes());
    if let Some(rest) = rest {
        data.extend_from_slice(&rest.to_le_bytes());
    }
    data.truncate(end);
}

/// Up to eight bytes as a number, the first the lowest. Reads overlap in the middle.
#[inline]
fn short(value: &[u8]) -> u64 {
    let last = 8 * value.len();
    if let (Some(low), Some(high)) = (value.first_chunk(), value.last_chunk()) {
        u64::from(u32::from_le_bytes(*low)) | u64::from(u32::from_le_bytes(*high)) << (last - 32)
    } else if let (Some(low), Some(high)) = (value.first_chunk(), value.last_chunk()) {
        u64::from(u16::from_le_bytes(*low)) | u64::from(u16::from_le_bytes(*high)) << (last - 16)
    } else {
        value.first().copied().map_or(0, u64::from)
    }
}

impl From<Packed> for wit::Packed {
    fn from(packed: Packed) -> Self {
        Self {
            offsets: packed.offsets,
            data: packed.data,
        }
    }
}

impl ColumnBuilder {
    /// An empty column whose values are never null.
    pub fn new(kind: Type) -> Self {
        Self::with_capacity(kind, 0, 0)
    }

    /// An empty column with room for `rows` values, which for text, byte strings and
    /// JSON have `bytes` bytes together.
    pub fn with_capacity(kind: Type, rows: usize, bytes: usize) -> Self {
        let data = match kind {
            Type::Bool => Data::Bool(Vec::with_capacity(rows)),
            Type::Int => Data::Int(Vec::with_capacity(rows * 8)),
            Type::Float => Data::Float(Vec::with_capacity(rows * 8)),
            Type::Text => Data::Text(Packed::with_capacity(rows, bytes)),
            Type::Bytes => Data::Bytes(Packed::with_capacity(rows, bytes)),
            Type::Timestamp => Data::Timestamp(Vec::with_capacity(rows * 8)),
            Type::Json => Data::Json(Packed::with_capacity(rows, bytes)),
        };
        Self {
            data,
            nulls: None,
            nullable: false,
            rows: 0,
        }
    }

    /// Allows nulls.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    pub(crate) fn for_field(field: &Field, rows: usize, bytes: usize) -> Self {
        let builder = Self::with_capacity(field.kind(), rows, bytes);
        if field.is_nullable() {
            builder.nullable()
        } else {
            builder
        }
    }

    /// How many values it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The type of its values.
    pub fn kind(&self) -> Type {
        match self.data {
            Data::Bool(_) => Type::Bool,
            Data::Int(_) => Type::Int,
            Data::Float(_) => Type::Float,
            Data::Text(_) => Type::Text,
            Data::Bytes(_) => Type::Bytes,
            Data::Timestamp(_) => Type::Timestamp,
            Data::Json(_) => Type::Json,
        }
    }

    /// Adds a value: a `&str`, `i64`, `f64`, `bool`, `&[u8]`, an `Option` of one, ...:
    /// see [`Cell`].
    ///
    /// # Errors
    /// The value has another type, is null in a column without nulls, or makes the
    /// column too large. It is not added then.
    #[inline]
    pub fn push(&mut self, value: impl Cell) -> Result<(), CellError> {
        value.write(self)
    }

    #[inline]
    pub(crate) fn push_bool(&mut self, value: bool) -> Result<(), CellError> {
        match &mut self.data {
            Data::Bool(data) => data.push(u8::from(value)),
            _ => return Err(self.mismatch(Type::Bool)),
        }
        self.pushed();
        Ok(())
    }

    #[inline]
    pub(crate) fn push_int(&mut self, value: i64) -> Result<(), CellError> {
        match &mut self.data {
            Data::Int(data) => data.extend_from_slice(&value.to_le_bytes()),
            _ => return Err(self.mismatch(Type::Int)),
        }
        self.pushed();
        Ok(())
    }

    #[inline]
    pub(crate) fn push_float(&mut self, value: f64) -> Result<(), CellError> {
        match &mut self.data {
            Data::Float(data) => data.extend_from_slice(&value.to_le_bytes()),
            _ => return Err(self.mismatch(Type::Float)),
        }
        self.pushed();
        Ok(())
    }

    #[inline]
    pub(crate) fn push_text(&mut self, value: &str) -> Result<(), CellError> {
        match &mut self.data {
            Data::Text(data) => data.push(value.as_bytes())?,
            _ => return Err(self.mismatch(Type::Text)),
        }
        self.pushed();
        Ok(())
    }

    #[inline]
    pub(crate) fn push_bytes(&mut self, value: &[u8]) -> Result<(), CellError> {
        match &mut self.data {
            Data::Bytes(data) => data.push(value)?,
            _ => return Err(self.mismatch(Type::Bytes)),
        }
        self.pushed();
        Ok(())
    }

    #[inline]
    pub(crate) fn push_timestamp(&mut self, micros: i64) -> Result<(), CellError> {
        match &mut self.data {
            Data::Timestamp(data) => data.extend_from_slice(&micros.to_le_bytes()),
            _ => return Err(self.mismatch(Type::Timestamp)),
        }
        self.pushed();
        Ok(())
    }

    #[inline]
    pub(crate) fn push_json(&mut self, value: &str) -> Result<(), CellError> {
        match &mut self.data {
            Data::Json(data) => data.push(value.as_bytes())?,
            _ => return Err(self.mismatch(Type::Json)),
        }
        self.pushed();
        Ok(())
    }

    pub(crate) fn push_null(&mut self) -> Result<(), CellError> {
        if !self.nullable {
            return Err(CellError::Type {
                expected: self.kind(),
                got: None,
            });
        }
        match &mut self.data {
            Data::Bool(data) => data.push(0),
            Data::Int(data) | Data::Float(data) | Data::Timestamp(data) => {
                data.extend_from_slice(&[0; 8]);
            }
            Data::Text(data) | Data::Bytes(data) | Data::Json(data) => data.push(&[])?,
        }
        self.nulls.get_or_insert_with(|| vec![0; self.rows]).push(1);
        self.rows += 1;
        Ok(())
    }

    #[inline]
    fn pushed(&mut self) {
        if let Some(nulls) = &mut self.nulls {
            nulls.push(0);
        }
        self.rows += 1;
    }

    #[cold]
    fn mismatch(&self, got: Type) -> CellError {
        CellError::Type {
            expected: self.kind(),
            got: Some(got),
        }
    }

    /// Forgets the values from `rows` on.
    pub(crate) fn truncate(&mut self, rows: usize) {
        if rows >= self.rows {
            return;
        }
        match &mut self.data {
            Data::Bool(data) => data.truncate(rows),
            Data::Int(data) | Data::Float(data) | Data::Timestamp(data) => data.truncate(rows * 8),
            Data::Text(data) | Data::Bytes(data) | Data::Json(data) => data.truncate(rows),
        }
        if let Some(nulls) = &mut self.nulls {
            nulls.truncate(rows);
        }
        self.rows = rows;
    }

    /// How many bytes its texts, byte strings or JSON texts have together.
    pub(crate) fn bytes(&self) -> usize {
        match &self.data {
            Data::Text(packed) | Data::Bytes(packed) | Data::Json(packed) => packed.data.len(),
            _ => 0,
        }
    }

    /// The column.
    pub fn finish(self) -> Column {
        let packed = |packed: Packed| wit::Text::Packed(packed.into());
        Column(wit::Column {
            values: match self.data {
                Data::Bool(data) => wit::Values::Booleans(data),
                Data::Int(data) => wit::Values::Integers(data),
                Data::Float(data) => wit::Values::Floats(data),
                Data::Text(data) => wit::Values::Texts(packed(data)),
                Data::Bytes(data) => {
                    wit::Values::ByteStrings(wit::ByteStrings::Packed(data.into()))
                }
                Data::Timestamp(data) => wit::Values::Timestamps(data),
                Data::Json(data) => wit::Values::Jsons(packed(data)),
            },
            nulls: self.nulls,
        })
    }
}
