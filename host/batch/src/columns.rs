//! Columns: the values of a batch, one arrow array a field.

use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{ArrowError, DataType};

use crate::gather::gather;
use crate::{BatchError, Schema, Value, ValueType};

/// The values of some rows, one array a field. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Columns {
    arrays: Arc<[ArrayRef]>,
    rows: usize,
}

impl Columns {
    /// Columns that fit a schema.
    ///
    /// # Errors
    /// If their number, a length or a type is wrong, or a null stands in a field
    /// that is not nullable.
    pub fn new(schema: &Schema, arrays: Vec<ArrayRef>, rows: usize) -> Result<Self, BatchError> {
        if arrays.len() != schema.len() {
            return Err(BatchError::ColumnCount {
                expected: schema.len(),
                found: arrays.len(),
            });
        }
        for (field, array) in schema.fields().iter().zip(&arrays) {
            if array.len() != rows {
                return Err(BatchError::RowCount {
                    field: field.name.clone(),
                    expected: rows,
                    found: array.len(),
                });
            }
            if *array.data_type() != field.kind.arrow() {
                return Err(BatchError::Type {
                    field: field.name.clone(),
                    expected: field.kind,
                    found: array.data_type().to_string(),
                });
            }
            if !field.nullable && array.null_count() > 0 {
                let row = (0..rows).find(|&row| array.is_null(row)).unwrap_or(0);
                return Err(BatchError::Null {
                    field: field.name.clone(),
                    row,
                });
            }
        }
        Ok(Self {
            arrays: arrays.into(),
            rows,
        })
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The arrays, in the order of the fields.
    pub fn arrays(&self) -> &[ArrayRef] {
        &self.arrays
    }

    /// The bytes that the values take, without what their arrays share with others.
    pub fn bytes(&self) -> usize {
        self.arrays
            .iter()
            .map(|array| match array.data_type() {
                DataType::Utf8 | DataType::Binary => data_bytes(array) + 4 * self.rows,
                DataType::Boolean => self.rows,
                _ => 8 * self.rows,
            })
            .sum()
    }

    /// The rows at these positions, in this order. A position may come twice.
    ///
    /// # Errors
    /// If a column of the result is larger than 32-bit offsets reach.
    ///
    /// # Panics
    /// If a position is not that of a row.
    pub fn gather(&self, positions: Vec<u32>) -> Result<Self, BatchError> {
        let rows = positions.len();
        let positions = UInt32Array::new(ScalarBuffer::from(positions), None);
        let arrays = self
            .arrays
            .iter()
            .map(|array| gather(array, &positions))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| BatchError::TooLarge {
                bytes: match error {
                    ArrowError::OffsetOverflowError(bytes) => bytes,
                    _ => self.bytes(),
                },
            })?;
        Ok(Self {
            arrays: arrays.into(),
            rows,
        })
    }

    /// `len` rows from `start` on, sharing the values.
    ///
    /// # Panics
    /// If there are fewer rows.
    pub fn slice(&self, start: usize, len: usize) -> Self {
        Self {
            arrays: self.arrays.iter().map(|a| a.slice(start, len)).collect(),
            rows: len,
        }
    }

    /// The rows of all parts, one after the other. The parts are of one schema.
    ///
    /// # Errors
    /// If a column of the result is larger than 32-bit offsets reach.
    pub fn concat(parts: &[Self]) -> Result<Self, BatchError> {
        match parts {
            [] => Ok(Self {
                arrays: Arc::from([]),
                rows: 0,
            }),
            [one] => Ok(one.clone()),
            [first, ..] => {
                let arrays = (0..first.arrays.len())
                    .map(|column| {
                        let same: Vec<&dyn Array> = parts
                            .iter()
                            .map(|part| part.arrays[column].as_ref())
                            .collect();
                        // Before memory is taken for it.
                        let bytes = same.iter().map(|array| data_bytes(*array)).sum();
                        if bytes > i32::MAX as usize {
                            return Err(BatchError::TooLarge { bytes });
                        }
                        arrow_select::concat::concat(&same)
                            .map_err(|_| BatchError::TooLarge { bytes })
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(Self {
                    arrays: arrays.into(),
                    rows: parts.iter().map(|part| part.rows).sum(),
                })
            }
        }
    }

    /// One value. `kind` tells json from text, which arrow holds alike.
    ///
    /// # Panics
    /// If there is no such row or column, or the column is of another type.
    pub fn value(&self, row: usize, column: usize, kind: ValueType) -> Value {
        let array = &self.arrays[column];
        if array.is_null(row) {
            return Value::Null;
        }
        match kind {
            ValueType::Bool => Value::Bool(array.as_boolean().value(row)),
            ValueType::Int => Value::Int(array.as_primitive::<Int64Type>().value(row)),
            ValueType::Float => Value::Float(array.as_primitive::<Float64Type>().value(row)),
            ValueType::Text => Value::Text(array.as_string::<i32>().value(row).to_owned()),
            ValueType::Bytes => Value::Bytes(array.as_binary::<i32>().value(row).to_owned()),
            ValueType::Timestamp => {
                Value::Timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row))
            }
            ValueType::Json => Value::Json(array.as_string::<i32>().value(row).to_owned()),
        }
    }

    /// The values of one row.
    ///
    /// # Panics
    /// If there is no such row, or the schema is another.
    pub fn row(&self, schema: &Schema, row: usize) -> Vec<Value> {
        schema
            .fields()
            .iter()
            .enumerate()
            .map(|(column, field)| self.value(row, column, field.kind))
            .collect()
    }
}

/// The bytes of the texts or byte strings of a column; 0 for one of fixed width.
fn data_bytes(array: &dyn Array) -> usize {
    let offsets = match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value_offsets(),
        DataType::Binary => array.as_binary::<i32>().value_offsets(),
        _ => return 0,
    };
    match offsets {
        [first, .., last] => (last - first) as usize,
        _ => 0,
    }
}

/// Builds columns row by row.
#[derive(Debug)]
pub struct ColumnsBuilder {
    schema: Schema,
    rows: Vec<Vec<Value>>,
}

impl ColumnsBuilder {
    /// A builder without rows.
    pub fn new(schema: &Schema) -> Self {
        Self {
            schema: schema.clone(),
            rows: Vec::new(),
        }
    }

    /// Adds a row. Its values are checked by [`Self::finish`].
    pub fn push(&mut self, row: Vec<Value>) -> &mut Self {
        self.rows.push(row);
        self
    }

    /// The columns.
    ///
    /// # Errors
    /// If a row has another number of values than the schema has fields, a value
    /// is of another type than its field, or null where that is not allowed.
    pub fn finish(&self) -> Result<Columns, BatchError> {
        if let Some(row) = self.rows.iter().find(|row| row.len() != self.schema.len()) {
            return Err(BatchError::ColumnCount {
                expected: self.schema.len(),
                found: row.len(),
            });
        }
        let arrays = (0..self.schema.len())
            .map(|column| self.column(column))
            .collect::<Result<Vec<_>, _>>()?;
        Columns::new(&self.schema, arrays, self.rows.len())
    }

    fn column(&self, column: usize) -> Result<ArrayRef, BatchError> {
        let field = &self.schema.fields()[column];
        let values = self.rows.iter().map(|row| &row[column]);
        let wrong = |value: &Value| BatchError::Type {
            field: field.name.clone(),
            expected: field.kind,
            found: value.kind().map_or("null", ValueType::name).to_owned(),
        };
        macro_rules! build {
            ($builder:expr, $case:ident) => {{
                let mut builder = $builder;
                for value in values {
                    match value {
                        Value::$case(value) => builder.append_value(value.clone()),
                        Value::Null => builder.append_null(),
                        other => return Err(wrong(other)),
                    }
                }
                Arc::new(builder.finish()) as ArrayRef
            }};
        }
        Ok(match field.kind {
            ValueType::Bool => build!(BooleanBuilder::new(), Bool),
            ValueType::Int => build!(Int64Builder::new(), Int),
            ValueType::Float => build!(Float64Builder::new(), Float),
            ValueType::Text => build!(StringBuilder::new(), Text),
            ValueType::Bytes => build!(BinaryBuilder::new(), Bytes),
            ValueType::Timestamp => build!(TimestampMicrosecondBuilder::new(), Timestamp),
            ValueType::Json => build!(StringBuilder::new(), Json),
        })
    }
}
