//! Types, fields and streams: what a component says about its rows.

use std::fmt;

use crate::wit;

/// The type of the values of one field. Any of them may also be null if the field is
/// [nullable](Field::nullable).
///
/// ```
/// use stormcell_sdk::Type;
/// assert_eq!(Type::Timestamp.to_string(), "timestamp");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// true or false: `bool`.
    Bool,
    /// A signed 64-bit integer: `i64`.
    Int,
    /// An IEEE 754 64-bit float: `f64`.
    Float,
    /// UTF-8 text: `&str`.
    Text,
    /// A byte string: `&[u8]`.
    Bytes,
    /// A moment: [`Timestamp`](crate::Timestamp).
    Timestamp,
    /// Any JSON value as its text: [`Json`](crate::Json).
    Json,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Timestamp => "timestamp",
            Self::Json => "json",
        })
    }
}

impl From<Type> for wit::ValueType {
    fn from(kind: Type) -> Self {
        match kind {
            Type::Bool => Self::Boolean,
            Type::Int => Self::Integer,
            Type::Float => Self::Float,
            Type::Text => Self::Text,
            Type::Bytes => Self::Bytes,
            Type::Timestamp => Self::Timestamp,
            Type::Json => Self::Json,
        }
    }
}

impl From<wit::ValueType> for Type {
    fn from(kind: wit::ValueType) -> Self {
        match kind {
            wit::ValueType::Boolean => Self::Bool,
            wit::ValueType::Integer => Self::Int,
            wit::ValueType::Float => Self::Float,
            wit::ValueType::Text => Self::Text,
            wit::ValueType::Bytes => Self::Bytes,
            wit::ValueType::Timestamp => Self::Timestamp,
            wit::ValueType::Json => Self::Json,
        }
    }
}

/// A named, typed column of a stream.
///
/// A pair of a name and a type is a field that is never null:
///
/// ```
/// use stormcell_sdk::{Field, Type};
/// assert_eq!(Field::from(("word", Type::Text)), Field::new("word", Type::Text));
/// assert!(Field::nullable("seen", Type::Timestamp).is_nullable());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    name: String,
    kind: Type,
    nullable: bool,
}

impl Field {
    /// A field that is never null. The name has 1 to 128 characters of letters,
    /// digits, `_` and `-`; the host refuses others.
    pub fn new(name: impl Into<String>, kind: Type) -> Self {
        Self {
            name: name.into(),
            kind,
            nullable: false,
        }
    }

    /// A field whose values may be null.
    pub fn nullable(name: impl Into<String>, kind: Type) -> Self {
        Self {
            name: name.into(),
            kind,
            nullable: true,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of its values.
    pub fn kind(&self) -> Type {
        self.kind
    }

    /// Whether a value may be null.
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }
}

impl<N: Into<String>> From<(N, Type)> for Field {
    fn from((name, kind): (N, Type)) -> Self {
        Self::new(name, kind)
    }
}

impl From<Field> for wit::Field {
    fn from(field: Field) -> Self {
        Self {
            name: field.name,
            kind: field.kind.into(),
            nullable: field.nullable,
        }
    }
}

impl From<wit::Field> for Field {
    fn from(field: wit::Field) -> Self {
        Self {
            name: field.name,
            kind: field.kind.into(),
            nullable: field.nullable,
        }
    }
}

/// The fields of an iterator of fields or of pairs.
pub(crate) fn fields(from: impl IntoIterator<Item = impl Into<Field>>) -> Vec<Field> {
    from.into_iter().map(Into::into).collect()
}

/// A stream that a component emits on.
///
/// ```
/// use stormcell_sdk::{Field, Stream, Type};
///
/// let words = Stream::default([("word", Type::Text), ("length", Type::Int)]);
/// let notes = Stream::new("notes", [Field::nullable("note", Type::Text)]);
/// let chosen = Stream::new("chosen", [("word", Type::Text)]).direct();
/// assert_eq!(words.name(), "default");
/// assert!(chosen.is_direct() && !notes.is_direct());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    name: String,
    fields: Vec<Field>,
    direct: bool,
}

impl Stream {
    /// The stream `default`, the one that
    /// [`Emitter::emit`](crate::Emitter::emit) emits on, with 1 to 1,024 fields.
    pub fn default(fields: impl IntoIterator<Item = impl Into<Field>>) -> Self {
        Self::new("default", fields)
    }

    /// A stream by name: 1 to 128 characters of letters, digits, `_` and `-`. Names
    /// that start with `__` belong to the host.
    pub fn new(
        name: impl Into<String>,
        fields: impl IntoIterator<Item = impl Into<Field>>,
    ) -> Self {
        Self {
            name: name.into(),
            fields: self::fields(fields),
            direct: false,
        }
    }

    /// Makes it a direct stream (Storm's `declareStream(id, true, ..)`): each row names
    /// the task that gets it, and only a direct grouping can subscribe.
    #[must_use]
    pub fn direct(mut self) -> Self {
        self.direct = true;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its fields, in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Whether each row names the task that gets it.
    pub fn is_direct(&self) -> bool {
        self.direct
    }
}

impl From<Stream> for wit::OutputStream {
    fn from(stream: Stream) -> Self {
        Self {
            name: stream.name,
            fields: stream.fields.into_iter().map(Into::into).collect(),
            direct: stream.direct,
        }
    }
}

impl From<wit::OutputStream> for Stream {
    fn from(stream: wit::OutputStream) -> Self {
        Self {
            name: stream.name,
            fields: stream.fields.into_iter().map(Into::into).collect(),
            direct: stream.direct,
        }
    }
}

/// An input of a task: one subscription of its component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    component: String,
    stream: String,
    fields: Vec<Field>,
}

impl Input {
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn new(component: &str, stream: &str, fields: Vec<Field>) -> Self {
        Self {
            component: component.into(),
            stream: stream.into(),
            fields,
        }
    }

    /// The id of the component that emits it.
    pub fn component(&self) -> &str {
        &self.component
    }

    /// The stream of that component.
    pub fn stream(&self) -> &str {
        &self.stream
    }

    /// Its fields, in the order of the columns of its batches.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

impl From<wit::InputStream> for Input {
    fn from(input: wit::InputStream) -> Self {
        Self {
            component: input.component,
            stream: input.name,
            fields: input.fields.into_iter().map(Into::into).collect(),
        }
    }
}
