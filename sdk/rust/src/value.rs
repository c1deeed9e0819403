//! Values: one of a known type as itself, one of any type as a [`Value`].

use std::borrow::Cow;

use crate::schema::Type;

/// A moment: microseconds since 1970-01-01T00:00:00Z, without leap seconds; before
/// that it is negative.
///
/// ```
/// use std::time::SystemTime;
/// use stormcell_sdk::Timestamp;
/// assert_eq!(Timestamp::from(SystemTime::UNIX_EPOCH), Timestamp(0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl From<std::time::SystemTime> for Timestamp {
    /// Rounds towards the epoch; a moment out of range becomes the nearest in range.
    fn from(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::SystemTime::UNIX_EPOCH) {
            Ok(since) => Self(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)),
            Err(before) => {
                Self(i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |m| -m))
            }
        }
    }
}

/// A JSON value as its text (RFC 8259).
///
/// ```
/// use stormcell_sdk::Json;
/// assert_eq!(Json(r#"{"a":1}"#).0, r#"{"a":1}"#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Json<S>(pub S);

/// A value of any type, or null.
///
/// ```
/// use stormcell_sdk::{Type, Value};
/// assert_eq!(Value::from("a").kind(), Some(Type::Text));
/// assert_eq!(Value::Null.kind(), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// true or false.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// An IEEE 754 64-bit float.
    Float(f64),
    /// UTF-8 text.
    Text(Cow<'a, str>),
    /// A byte string.
    Bytes(Cow<'a, [u8]>),
    /// A moment.
    Timestamp(Timestamp),
    /// A JSON value as its text.
    Json(Cow<'a, str>),
}

impl Value<'_> {
    /// Its type; `None` for a null.
    pub fn kind(&self) -> Option<Type> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Text(_) => Type::Text,
            Self::Bytes(_) => Type::Bytes,
            Self::Timestamp(_) => Type::Timestamp,
            Self::Json(_) => Type::Json,
        })
    }

    /// The same value with memory of its own, to keep it beyond the call.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Float(value) => Value::Float(value),
            Self::Text(value) => Value::Text(Cow::Owned(value.into_owned())),
            Self::Bytes(value) => Value::Bytes(Cow::Owned(value.into_owned())),
            Self::Timestamp(value) => Value::Timestamp(value),
            Self::Json(value) => Value::Json(Cow::Owned(value.into_owned())),
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Timestamp(value)
    }
}

impl<'a> From<Json<&'a str>> for Value<'a> {
    fn from(value: Json<&'a str>) -> Self {
        Self::Json(Cow::Borrowed(value.0))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
