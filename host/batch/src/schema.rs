//! The schema of a stream: its fields, their names and types.

use std::fmt;
use std::sync::Arc;

use arrow_schema::{DataType, TimeUnit};
use serde::{Deserialize, Serialize};

/// The type of the values of one field (`value-type` in the WIT package).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// true or false.
    Bool,
    /// A signed 64-bit integer.
    Int,
    /// An IEEE 754 64-bit float.
    Float,
    /// UTF-8 text.
    Text,
    /// A byte string.
    Bytes,
    /// Microseconds since the Unix epoch, as a signed 64-bit integer.
    Timestamp,
    /// Any JSON value, kept as its text.
    Json,
}

impl ValueType {
    /// Every type, in the order of the WIT enum.
    pub const ALL: [Self; 7] = [
        Self::Bool,
        Self::Int,
        Self::Float,
        Self::Text,
        Self::Bytes,
        Self::Timestamp,
        Self::Json,
    ];

    /// Its name in topology files and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Timestamp => "timestamp",
            Self::Json => "json",
        }
    }

    /// The arrow type of a column of such values. Json is held as Utf8, like text.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::Int => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Text | Self::Json => DataType::Utf8,
            Self::Bytes => DataType::Binary,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A named, typed column of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    /// Its name, unique in its schema.
    pub name: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: ValueType,
    /// Whether a value may be null.
    #[serde(default)]
    pub nullable: bool,
}

impl Field {
    /// A field whose values are never null.
    pub fn new(name: impl Into<String>, kind: ValueType) -> Self {
        Self {
            name: name.into(),
            kind,
            nullable: false,
        }
    }

    /// A field whose values may be null.
    pub fn nullable(name: impl Into<String>, kind: ValueType) -> Self {
        Self {
            nullable: true,
            ..Self::new(name, kind)
        }
    }
}

impl fmt::Display for Field {
    /// `name: type`, with `?` after the type of a nullable field.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.nullable { "?" } else { "" };
        write!(f, "{}: {}{mark}", self.name, self.kind)
    }
}

/// The fields of a stream, in order. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schema {
    fields: Arc<[Field]>,
}

impl Schema {
    /// A schema of these fields. Names are not checked here: the description of a
    /// component is, once, when it is read.
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        Self {
            fields: fields.into_iter().collect(),
        }
    }

    /// Its fields, in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether it has no field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The position of the field with this name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

impl fmt::Display for Schema {
    /// `(name: type, name: type)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, field) in self.fields.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{field}")?;
        }
        f.write_str(")")
    }
}
